import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread, workerData } from 'node:worker_threads';
import { tidyMemoryWhenIdle } from '../host/tidy-memory.ts';
import { cacheFolder } from './places.ts';

/** The kernel worker's process: forked by the engine, ends with it. Its threads run this same program. */
enableCompileCache(`${cacheFolder(process.env)}/weft/compiled`);
void (isMainThread ? serve() : run());

async function serve(): Promise<void> {
  const { serveKernel } = await import('../host/kernel/serve.ts');
  serveKernel(fileURLToPath(import.meta.url));
  tidyMemoryWhenIdle();
  flushCompileCache();
}

async function run(): Promise<void> {
  const { runThread } = await import('../host/kernel/run-thread.ts');
  runThread(workerData);
}
