/**
 * Bundles src/main into dist/, so that a command starts in little more than the time that Node itself takes. Each program, and each part of one
 * that it loads when it needs it (`import()`), becomes one CommonJS file: Node takes twice as long to load the same code as ES modules, and each
 * further file costs. Parts are named by their content too: a program that runs while another build is made goes on with its own.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';

const programs = ['weft', 'engine', 'kernel-worker'];
const made = new Set();
const parts = new Map();

await Promise.all(programs.map((name) => bundle(`src/main/${name}.ts`, '[name]')));

// Parts of earlier builds go, but not at once: a program that started from them may still load them.
const HOUR = 3_600_000;
for (const name of readdirSync('dist')) {
  const old = Date.now() - statSync(`dist/${name}`).mtimeMs > HOUR;
  if (old && /\.[cm]js(\.map)?$/.test(name) && !made.has(name)) rmSync(`dist/${name}`);
}

/** Makes one file of a module and all that it imports, and others of what it loads later. Gives the file's name in dist/. */
async function bundle(entry, name) {
  const { metafile } = await build({
    entryPoints: [entry],
    outdir: 'dist',
    entryNames: name,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    external: ['koffi'],
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'weftFileUrl' },
    banner: { js: "const weftFileUrl = require('node:url').pathToFileURL(__filename).href;" },
    sourcemap: 'linked',
    logLevel: 'warning',
    metafile: true,
    plugins: [{ name: 'parts', setup: loadLater }],
  });
  const files = Object.keys(metafile.outputs).map((path) => basename(path));
  for (const file of files) made.add(file);
  return files.find((file) => file.endsWith('.cjs'));
}

function loadLater({ onResolve, resolve }) {
  onResolve({ filter: /^\./ }, async ({ path, kind, resolveDir, pluginData }) => {
    if (kind !== 'dynamic-import' || pluginData === 'found') return undefined;
    const found = await resolve(path, { kind, resolveDir, pluginData: 'found' });
    if (found.errors.length > 0) return found;
    if (!parts.has(found.path)) parts.set(found.path, bundle(found.path, '[name]-[hash]'));
    return { path: `./${await parts.get(found.path)}`, external: true };
  });
}
