import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileFloor } from './floor.mjs';
import { Workshop } from './lab.mjs';
import { machine } from './machine.mjs';
import { adminApi } from './parts/admin-api.mjs';
import { boot } from './parts/boot.mjs';
import { generate } from './parts/generate.mjs';
import { live } from './parts/live.mjs';
import { running } from './parts/running.mjs';
import { scale } from './parts/scale.mjs';
import { uplinks } from './parts/uplinks.mjs';
import { wires } from './parts/wires.mjs';
import { markdown, Report } from './report.mjs';

const parts = [generate, scale, running, live, uplinks, adminApi, wires, boot];
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    markdown: { type: 'string' },
    help: { type: 'boolean' },
  },
});
const chosen = values.only === undefined ? parts : values.only.split(',').map((name) => parts.find((part) => part.name === name));
if (values.help || chosen.includes(undefined)) {
  const names = parts.map(({ name, about }) => `  ${name.padEnd(10)} ${about}`).join('\n');
  process.stdout.write(`npm run bench -- [--only NAME,...] [--quick] [--json FILE] [--markdown FILE]\n${names}\n`);
  process.exit(values.help ? 0 : 2);
}

const report = new Report((text) => process.stdout.write(text));
const workshop = new Workshop();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => void workshop.close().finally(() => process.exit(130)));
const about = machine();
const missing =
  process.getuid() !== 0
    ? 'this part needs root'
    : about.qemu === 'no QEMU'
      ? 'QEMU is missing: apt-get install qemu-system-x86'
      : undefined;
process.stdout.write(`${Object.values(about).join(', ')}\n`);
try {
  const floor = compileFloor(workshop.folder);
  for (const part of chosen) {
    report.begin(part.name, part.about);
    await part.run({ workshop, floor, missing, quick: values.quick, report });
  }
} finally {
  await workshop.close();
}
const missed = report.rows.filter(({ met }) => met === false);
process.stdout.write(missed.length === 0 ? '\nAll targets are met.\n' : `\n${missed.length} targets are missed.\n`);
if (values.json !== undefined) {
  const { rows, skipped } = report;
  writeFileSync(values.json, `${JSON.stringify({ machine: about, rows, skipped }, null, 2)}\n`);
}
if (values.markdown !== undefined) writeFileSync(values.markdown, markdown(report.rows));
