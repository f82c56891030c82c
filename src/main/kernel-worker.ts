import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { carryFrames } from '../host/kernel/carry-frames.ts';
import { serveKernel } from '../host/kernel/serve.ts';

/** The kernel worker's process: forked by the engine, ends with it. Its one thread runs this same program. */
if (isMainThread) serveKernel(fileURLToPath(import.meta.url));
else carryFrames();
