import { alternate, timed } from '../measure.mjs';
import { cpuSeconds, engineProcesses, memory } from '../processes.mjs';
import { namespaces } from '../topologies.mjs';

/** What a lab costs while nothing happens in it. */
export const running = {
  name: 'running',
  about: 'status of a lab that runs, to its last line; memory and idle processor time of its engine',
  async run({ workshop, quick, report }) {
    if (process.getuid() !== 0) return report.skip('running labs', 'this part needs root');
    for (const nodes of quick ? [10, 100] : [10, 100, 1000]) {
      const lab = workshop.lab(`running-${nodes}`, namespaces(nodes, 2 * nodes));
      await lab.run('up');
      const node = async () => ({ wall: (await timed([process.execPath, '-e', '0'])).wall });
      const status = await alternate(quick ? 5 : 9, async () => ({ wall: (await lab.run('status')).wall }), node);
      const what = `${nodes} nodes`;
      report.row({
        what: `status: ${what}`,
        unit: 'ms',
        against: 'node -e 0',
        ...status('wall'),
        valueAtMost: nodes === 1000 ? 100 : undefined,
      });
      const { engine, worker } = engineProcesses(JSON.parse((await lab.run('status', '--json')).stdout));
      const share = await idleShare([engine, worker], quick ? 3 : 10);
      for (const [name, pid, rssAtMost] of [
        ['engine', engine, 150],
        ['kernel worker', worker],
      ]) {
        const { rss, pss } = memory(pid);
        report.row({
          what: `${name}, resident: ${what}`,
          unit: 'MB',
          value: rss,
          valueAtMost: nodes === 1000 ? rssAtMost : undefined,
        });
        report.row({ what: `${name}, its share (PSS): ${what}`, unit: 'MB', value: pss });
      }
      report.row({
        what: `engine and worker, idle: ${what}`,
        unit: '% of a core',
        value: share,
        valueAtMost: nodes === 1000 ? 0.5 : undefined,
      });
      await lab.run('down');
    }
  },
};

/** How long a process may take to tidy up after work: that is a part of the work. Milliseconds. */
const TIDIES_WITHIN = 12_000;

/** Per cent of one processor that processes use together while nobody asks anything of them. */
async function idleShare(pids, seconds) {
  await new Promise((resolve) => setTimeout(resolve, TIDIES_WITHIN));
  const used = () => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  const [before, begun] = [used(), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  return ((used() - before) / ((performance.now() - begun) / 1000)) * 100;
}
