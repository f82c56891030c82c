/**
 * Bundles src/main into dist/, so that a command starts in little more than the time that Node itself takes. Each program, and each part of one
 * that it loads when it needs it (`import()`), becomes one CommonJS file: Node takes twice as long to load the same code as ES modules, and each
 * further file costs. Parts are named by their content too: a program that runs while another build is made goes on with its own.
 */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { sharedModuleFaults } from './shared-modules.mjs';

const programs = ['weft', 'engine', 'kernel-worker'];
const made = new Set();
const parts = new Map();
/** By name of a built file: the sources in it, and the parts that it loads later. */
const files = new Map();

const built = await Promise.all(programs.map((name) => bundle(`src/main/${name}.ts`, '[name]')));

const faults = new Set(built.flatMap((program) => sharedModuleFaults(files, program)));
for (const fault of faults) process.stderr.write(`ERROR: ${fault}\n`);
if (faults.size > 0) process.exit(1);

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
  const outputs = Object.keys(metafile.outputs).map((path) => basename(path));
  for (const file of outputs) made.add(file);
  const program = outputs.find((file) => file.endsWith('.cjs'));
  const { imports } = metafile.outputs[`dist/${program}`];
  const later = imports.filter(({ path }) => path.startsWith('./')).map(({ path }) => basename(path));
  files.set(program, { sources: Object.keys(metafile.inputs), parts: later });
  return program;
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
