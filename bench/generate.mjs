import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { printTopology } from '../src/dot/print-topology.ts';
import { readTopology } from '../src/dot/read-topology.ts';
import { generate } from '../src/generate/generate.ts';
import { writeFileSet } from '../src/host/write-file-set.ts';

const root = new URL('..', import.meta.url).pathname;
const bundled = join(root, 'templates');
/** What qeneth takes for a node (its documented cost), for comparison. */
const qenethSecondsPerNode = 0.07;

/** A ring with a chord from every node: twice as many links as nodes. */
export function ringWithChords(nodes, template) {
  const lines = ['graph "bench" {', '    node [shape=record];', `    qn_template="${template}";`];
  for (let at = 0; at < nodes; at++) lines.push(`    n${at} [label="n${at} | { <e0> e0 | <e1> e1 | <e2> e2 | <e3> e3 }"];`);
  for (let at = 0; at < nodes; at++) {
    lines.push(`    n${at}:e0 -- n${(at + 1) % nodes}:e1;`, `    n${at}:e2 -- n${(at + Math.floor(nodes / 3)) % nodes}:e3;`);
  }
  return `${lines.join('\n')}\n}\n`;
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

/** Seconds of each step within this process: reading, generating, printing, writing. */
async function inProcess(text, directory) {
  const marks = [performance.now()];
  const { topology, diagnostics } = readTopology({ path: 'topology.dot.in', text }, { defaultName: 'bench' });
  if (topology === undefined) throw new Error(JSON.stringify(diagnostics[0]));
  marks.push(performance.now());
  const { completed, files } = generate({ topology, templates });
  marks.push(performance.now());
  const dot = printTopology(completed);
  marks.push(performance.now());
  const all = [{ name: 'topology.dot', text: dot, mode: 0o644 }, ...files];
  await writeFileSet(
    directory,
    all.map(({ name, text: content, mode }) => ({ name, content, mode })),
  );
  marks.push(performance.now());
  const [read, made, printed, written] = marks.slice(1).map((mark, at) => (mark - marks[at]) / 1000);
  return { files: all.length, read, made, printed, written, total: read + made + printed + written };
}

/** Wall seconds of the whole command, start of the runtime included; undefined where there is no launcher yet. */
function throughCommand(directory) {
  const launcher = join(root, 'weft');
  if (!existsSync(launcher)) return undefined;
  const from = performance.now();
  const { status, stderr } = spawnSync(launcher, ['generate', directory], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`weft generate: ${stderr}`);
  return (performance.now() - from) / 1000;
}

/** One row for each size; seconds. */
export async function measureGenerate(sizes = [100, 1000, 10_000]) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  try {
    const rows = [];
    for (const nodes of sizes) {
      const text = ringWithChords(nodes, 'small');
      const [own, command] = ['own', 'command'].map((name) => join(folder, `${name}-${nodes}`));
      mkdirSync(command);
      writeFileSync(join(command, 'topology.dot.in'), text);
      rows.push({
        nodes,
        ...(await inProcess(text, own)),
        command: throughCommand(command),
        qeneth: nodes * qenethSecondsPerNode,
      });
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const rows = await measureGenerate();
  const seconds = (value) => (value === undefined ? '-' : value.toFixed(3)).padStart(8);
  process.stdout.write('   nodes   files     read generate    print    write    total  command  qeneth (70 ms a node)\n');
  for (const row of rows) {
    const times = [row.read, row.made, row.printed, row.written, row.total, row.command, row.qeneth].map(seconds).join(' ');
    process.stdout.write(`${String(row.nodes).padStart(8)} ${String(row.files).padStart(7)} ${times}\n`);
  }
}
