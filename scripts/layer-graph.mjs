/** Draws the rooms of src/ and their imports as a Mermaid graph into docs/ARCHITECTURE.md; with --check it only compares. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const page = 'docs/ARCHITECTURE.md';
const [begin, end] = ['<!-- layer graph: begin (npm run layer-graph) -->', '<!-- layer graph: end -->'];
const json = execFileSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'json',
    'src',
  ],
  { maxBuffer: 1 << 28, encoding: 'utf8' },
);
const room = (path) => /^src\/(drivers\/[^/]+|[^/]+)\//.exec(path)?.[1];
const arrows = new Set();
for (const module of JSON.parse(json).modules) {
  const from = room(module.source);
  if (!from || module.source.endsWith('.test.ts')) continue;
  for (const dependency of module.dependencies) {
    const to = room(dependency.resolved);
    if (to && to !== from) arrows.add(`  ${from.replace('/', '_')}["${from}"] --> ${to.replace('/', '_')}["${to}"]`);
  }
}
const graph = `${begin}\n\`\`\`mermaid\nflowchart TD\n${[...arrows].sort().join('\n')}\n\`\`\`\n${end}`;
const text = readFileSync(page, 'utf8');
const drawn = text.slice(text.indexOf(begin), text.indexOf(end) + end.length);
if (process.argv.includes('--check')) {
  if (drawn !== graph) {
    process.stderr.write(`ERROR: the layer graph in ${page} is not today's: run 'npm run layer-graph'\n`);
    process.exit(1);
  }
} else {
  writeFileSync(page, text.replace(drawn, graph));
}
