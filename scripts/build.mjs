/** Bundles src/main into dist/: one file per entry, so that a command starts in the time that Node itself takes. */
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
