/** `npm run bench`: measures under the runtime that weft itself uses, which npm's own may be too old for. */
import { spawnSync } from 'node:child_process';

if (Number(process.versions.node.split('.')[0]) >= 24) await import('./measure-all.mjs');
else {
  const root = new URL('..', import.meta.url).pathname;
  const runtime = spawnSync('sh', [`${root}/scripts/runtime.sh`], { cwd: root, encoding: 'utf8' }).stdout.trim();
  const { status } = spawnSync(`${runtime}/node`, [`${root}/bench/measure-all.mjs`, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
