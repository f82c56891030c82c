/** Bundles src/main into dist/: one file per entry, so that a command starts in the time that Node itself takes. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { build } from 'esbuild';

const outcome = await build({
  entryPoints: ['src/main/weft.ts', 'src/main/engine.ts', 'src/main/kernel-worker.ts'],
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  external: ['koffi'],
  banner: { js: "import { createRequire as weftRequire } from 'node:module'; const require = weftRequire(import.meta.url);" },
  sourcemap: 'linked',
  logLevel: 'warning',
  metafile: true,
});
if (outcome.errors.length > 0) process.exit(1);

// Chunks of earlier builds go, but not at once: a program that started from them may still load them.
const HOUR = 3_600_000;
for (const name of readdirSync('dist')) {
  const old = Date.now() - statSync(`dist/${name}`).mtimeMs > HOUR;
  if (old && /\.mjs(\.map)?$/.test(name) && outcome.metafile.outputs[`dist/${name}`] === undefined) rmSync(`dist/${name}`);
}
