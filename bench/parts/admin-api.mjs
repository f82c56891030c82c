import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { adminCall, manyCalls } from '../admin-calls.mjs';
import { root } from '../lab.mjs';
import { alternate, median } from '../measure.mjs';
import { engineProcesses, memory } from '../processes.mjs';
import { namespaces } from '../topologies.mjs';

/** Calls of the Qubes Admin API to a lab that runs. */
export const adminApi = {
  name: 'admin-api',
  about: 'calls of the Qubes Admin API, against a daemon that sends the same bytes and does nothing else; memory of the engine',
  async run({ workshop, quick, report }) {
    if (process.getuid() !== 0) return report.skip('calls of the Admin API', 'this part needs root');
    const lab = workshop.lab('admin', namespaces(100, 100));
    await lab.run('up');
    const path = join(workshop.environment.XDG_RUNTIME_DIR, 'weft/bench/qubesd.sock');
    const { stdout } = await lab.run('status', '--json');
    const { engine } = engineProcesses(JSON.parse(stdout));
    const resident = () => memory(engine).rss;
    const count = quick ? 1000 : 10_000;
    await adminCall(path, 'admin.vm.List', 'dom0');
    const before = resident();
    const one = ['admin.vm.property.Get+netvm', 'n1'];
    await compare({ workshop, report, path, call: one, count, together: 1 });
    for (const call of [
      ['admin.vm.property.GetAll', 'n1'],
      ['admin.vm.List', 'dom0'],
    ]) {
      await compare({ workshop, report, path, call, count: count / 5, together: 1 });
    }
    await compare({ workshop, report, path, call: one, count, together: 1000 });
    await changes({ report, path, count: quick ? 20 : 100 });
    const after = resident();
    report.row({ what: 'engine, resident: before', unit: 'MB', value: before });
    report.row({ what: 'engine, resident: after all of this', unit: 'MB', value: after });
    const { reply } = await adminCall(path, ...one);
    for (const together of [1, 1000, 1, 1000]) await manyCalls(path, one, reply, { count: 2 * count, together });
    const again = resident();
    const what = `engine, resident: after ${8 * count} calls more`;
    report.row({ what, unit: 'MB', value: again, against: 'before them', reference: after, ratio: again / after, atMost: 1.2 });
    await lab.run('down');
  },
};

async function compare({ workshop, report, path, call, count, together }) {
  const { reply } = await adminCall(path, ...call);
  const bare = await bareDaemon(workshop, reply);
  const measured = (where) => () => manyCalls(where, call, reply, { count, together });
  const figures = await alternate(3, measured(path), measured(bare.path));
  await bare.end();
  const how = together === 1 ? 'one after the other' : `${together} at once`;
  const against = 'the same bytes';
  report.row({ what: `${call[0]}, ${how}`, unit: 'calls/s', against, ...figures('rate') });
  report.row({ what: `${call[0]}, ${how}: 99th percentile`, unit: 'ms', against, ...figures('percentile') });
}

/** Each is on disk before it is answered. */
async function changes({ report, path, count }) {
  const walls = [];
  for (let at = 0; at < count; at += 1) {
    const { wall, reply } = await adminCall(path, 'admin.vm.feature.Set+bench', 'n1', String(at));
    if (reply !== '0\0') throw new Error(reply);
    walls.push(wall);
  }
  report.row({ what: 'admin.vm.feature.Set, one after the other: median', unit: 'ms', value: median(walls) });
}

async function bareDaemon(workshop, reply) {
  const path = join(workshop.folder, 'bare.sock');
  const program = join(root, 'bench/bare-daemon.mjs');
  const child = spawn(process.execPath, [program, path, Buffer.from(reply).toString('base64')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = workshop.use(
    () =>
      new Promise((resolve) => {
        child.once('close', resolve);
        child.kill();
      }),
  );
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return { path, end };
}
