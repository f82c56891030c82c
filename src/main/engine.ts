import { enableCompileCache, flushCompileCache } from 'node:module';
import { giveUpMark } from '../host/sandbox/give-up-mark.ts';
import { tidyMemoryWhenIdle } from '../host/tidy-memory.ts';
import { cacheFolder } from './places.ts';

/** The engine of one lab, inside the lab's sandbox: `engine.cjs LAB RUN`. As little as possible before the cache of compiled code is on. */
enableCompileCache(`${cacheFolder(process.env)}/weft/compiled`);
void serve(process.argv.slice(2));

async function serve([lab, run]: readonly string[]): Promise<void> {
  if (lab === undefined || run === undefined) return giveUp('usage: engine LAB RUN', 2);
  try {
    const { serveLab } = await import('./serve-lab.ts');
    await serveLab(lab, run);
    tidyMemoryWhenIdle();
    flushCompileCache();
  } catch (failure) {
    giveUp(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure), 1);
  }
}

function giveUp(why: string, code: number): never {
  process.stderr.write(`${giveUpMark} ${why}\n`);
  process.exit(code);
}
