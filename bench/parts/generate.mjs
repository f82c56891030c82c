import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { printTopology } from '../../src/dot/print-topology.ts';
import { readTopology } from '../../src/dot/read-topology.ts';
import { generate as generateFiles } from '../../src/generate/generate.ts';
import { writeFileSet } from '../../src/host/write-file-set.ts';
import { root } from '../lab.mjs';
import { median } from '../measure.mjs';
import { ringWithChords } from '../topologies.mjs';

/** What qeneth takes for a node, in milliseconds: its documented cost. */
const qenethPerNode = 70;
const bundled = join(root, 'templates');

/** Topologies to files: within this process, and by the whole command. */
export const generate = {
  name: 'generate',
  about: 'a topology of small guests, twice as many links as nodes, to files',
  async run({ workshop, quick, report }) {
    for (const nodes of quick ? [100, 1000] : [100, 1000, 10_000]) {
      const text = ringWithChords(nodes, 'small');
      const runs = nodes < 10_000 && !quick ? 5 : 3;
      const within = [];
      const command = [];
      for (let run = 0; run < runs; run++) {
        within.push(await inProcess(text, join(workshop.folder, `generate-${nodes}-${run}`)));
        command.push((await workshop.lab(`generate-command-${nodes}-${run}`, text).run('generate')).wall);
      }
      const qeneth = { unit: 'ms', against: 'qeneth, 70 ms a node', reference: nodes * qenethPerNode };
      const row = (what, value, more = {}) => report.row({ what, value, ...qeneth, ratio: value / qeneth.reference, ...more });
      row(`${nodes} nodes, within a process`, median(within));
      row(`${nodes} nodes, weft generate`, median(command), nodes >= 1000 ? { valueAtMost: nodes } : {});
    }
  },
};

/** Milliseconds of reading, generating, printing and writing. */
async function inProcess(text, directory) {
  mkdirSync(directory);
  const begun = performance.now();
  const { topology, diagnostics } = readTopology({ path: 'topology.dot.in', text }, { defaultName: 'bench' });
  if (topology === undefined) throw new Error(JSON.stringify(diagnostics[0]));
  const { completed, files } = generateFiles({ topology, templates });
  const all = [{ name: 'topology.dot', text: printTopology(completed), mode: 0o644 }, ...files];
  await writeFileSet(
    directory,
    all.map(({ name, text: content, mode }) => ({ name, content, mode })),
  );
  return performance.now() - begun;
}

const readTemplate = (directory, name) => {
  const file = join(directory, `${name}.mustache`);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
};

const templates = {
  find: (name) => {
    const text = readTemplate(bundled, name);
    return text === undefined ? undefined : { text, directory: bundled };
  },
  partial: readTemplate,
  names: () => readdirSync(bundled),
};
