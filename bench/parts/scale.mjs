import { join } from 'node:path';
import { alternate } from '../measure.mjs';
import { namespaces } from '../topologies.mjs';

/** Namespace labs up and down, each node with a process and every link with addresses, against the kernel's own floor. */
export const scale = {
  name: 'scale',
  about: 'up and down of namespace nodes against the same kernel operations in one batch',
  async run({ workshop, floor, quick, report }) {
    if (floor.missing !== undefined) return report.skip('up and down against the floor', floor.missing);
    for (const nodes of quick ? [10, 100] : [10, 100, 1000]) {
      for (const [shape, links] of [
        ['ring', nodes],
        ['random graph', 2 * nodes],
      ]) {
        const lab = workshop.lab(`scale-${nodes}-${links}`, namespaces(nodes, links));
        await lab.run('generate');
        const script = join(lab.directory, 'n0');
        const figures = await alternate(
          quick ? 3 : 5,
          async () => {
            const up = await lab.run('up');
            const begun = performance.now();
            const down = await lab.run('down');
            await floor.settle();
            return { up: up.wall, down: performance.now() - begun, command: down.wall };
          },
          () => floor.measure(nodes, links, script),
        );
        const what = `${nodes} nodes, ${links} links (${shape})`;
        report.row({
          what: `up: ${what}`,
          unit: 'ms',
          against: 'floor',
          ...figures('up'),
          atMost: nodes === 1000 ? 2 : undefined,
        });
        report.row({
          what: `down: ${what}`,
          unit: 'ms',
          against: 'floor',
          ...figures('down'),
          atMost: nodes === 1000 ? 2 : undefined,
        });
      }
    }
  },
};
