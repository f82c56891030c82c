import { serveKernel } from '../host/kernel/serve.ts';

/** The kernel worker's process: forked by the engine, ends with it. */
serveKernel();
