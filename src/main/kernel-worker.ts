import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import { cacheFolder } from './places.ts';

/** The kernel worker's process: forked by the engine, ends with it. Its one thread runs this same program. */
enableCompileCache(`${cacheFolder(process.env)}/weft/compiled`);
if (isMainThread) {
  const { serveKernel } = await import('../host/kernel/serve.ts');
  serveKernel(fileURLToPath(import.meta.url));
  flushCompileCache();
} else {
  const { carryFrames } = await import('../host/kernel/carry-frames.ts');
  carryFrames();
}
