import { enableCompileCache, flushCompileCache } from 'node:module';
import { giveUpMark } from '../host/sandbox/give-up-mark.ts';
import { cacheFolder } from './places.ts';

/** The engine of one lab, inside the lab's sandbox: `engine.mjs LAB RUN`. As little as possible before the cache of compiled code is on. */
enableCompileCache(`${cacheFolder(process.env)}/weft/compiled`);
const [lab, run] = process.argv.slice(2);
if (lab === undefined || run === undefined) {
  process.stderr.write(`${giveUpMark} usage: engine LAB RUN\n`);
  process.exit(2);
}
try {
  const { serveLab } = await import('./serve-lab.ts');
  await serveLab(lab, run);
} catch (failure) {
  process.stderr.write(`${giveUpMark} ${failure instanceof Error ? (failure.stack ?? failure.message) : String(failure)}\n`);
  process.exit(1);
}
flushCompileCache();
