import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { HandWired } from '../hand-wired.mjs';
import { alternate } from '../measure.mjs';
import { cpuSeconds, environmentOf } from '../processes.mjs';
import { graph } from '../topologies.mjs';

/** Cold boots of small guests, against the same QEMUs started without weft, as many at a time. */
export const boot = {
  name: 'boot',
  about: 'small guests in a ring, cold, until the agent of the last one answers; against the same scripts run without weft',
  async run({ workshop, quick, report, missing }) {
    if (missing !== undefined) return report.skip('booting guests', missing);
    for (const nodes of quick ? [10] : [10, 50]) {
      const lab = workshop.lab(`boot-${nodes}`, ring(nodes));
      const hand = new HandWired(join(workshop.folder, `boot-hand-${nodes}`));
      const done = workshop.use(() => hand.close());
      try {
        const space = hand.space('boot');
        hand.taps(
          space,
          Array.from({ length: 2 * nodes }, (_, at) => `t${at}`),
        );
        let environments = new Map();
        const figures = await alternate(
          quick || nodes > 10 ? 1 : 3,
          async () => {
            const { wall, stdout } = await lab.run('up', '--json');
            const all = JSON.parse(stdout).status.nodes;
            const cpu = all.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
            environments = new Map(all.map(({ name, pid }) => [name, environmentOf(pid)]));
            await lab.run('down');
            return { wall: wall / 1000, cpu: cpu / nodes };
          },
          async () => {
            const begun = performance.now();
            const guests = await admitted(2 * availableParallelism(), [...environments.keys()], (name, at) =>
              hand.guest(lab, name, environments.get(name), space, [tap(2 * at), tap(2 * at + 1)]),
            );
            const wall = performance.now() - begun;
            const cpu = guests.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);
            for (const { agent } of guests) agent.close();
            await hand.endGuests();
            return { wall: wall / 1000, cpu: cpu / nodes };
          },
        );
        report.row({ what: `${nodes} guests ready`, unit: 's', against: 'QEMU alone', ...figures('wall'), atMost: 1.05 });
        report.row({
          what: `processor time of a guest, ${nodes} guests`,
          unit: 's',
          against: 'QEMU alone',
          ...figures('cpu'),
          atMost: 1.05,
        });
      } finally {
        await done();
      }
    }
  },
};

const tap = (number) => `tap,ifname=t${number},script=no,downscript=no`;

function ring(nodes) {
  const label = (at) => `n${at} | { <e0> e0 | <e1> e1 }`;
  return graph(
    'small',
    Array.from({ length: nodes }, (_, at) => [`n${at}`, label(at)]),
    Array.from({ length: nodes }, (_, at) => [`n${at}:e0`, `n${(at + 1) % nodes}:e1`]),
  );
}

/** Works on all, so many at a time, in order. */
async function admitted(slots, items, work) {
  const done = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      done[at] = await work(items[at], at);
    }
  };
  await Promise.all(Array.from({ length: slots }, worker));
  return done;
}
