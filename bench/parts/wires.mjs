import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HandWired } from '../hand-wired.mjs';
import { alternate } from '../measure.mjs';
import { environmentOf } from '../processes.mjs';
import { graph } from '../topologies.mjs';

/** Who sends to whom, and the receiver's address. */
const paths = {
  'namespace to namespace': { from: 'n', to: 'm', address: '10.0.2.2' },
  'namespace to guest': { from: 'n', to: 'a', address: '10.0.1.1' },
  'guest to guest': { from: 'b', to: 'a', address: '10.0.0.1' },
};
const topology = graph(
  'small',
  [
    ['a', 'a | { <e0> e0 | <e1> e1 }'],
    ['b', 'b | <e0> e0'],
    ['n', 'n | { <e0> e0 | <e1> e1 }', 'qn_template="namespace"'],
    ['m', 'm | <e0> e0', 'qn_template="namespace"'],
  ],
  [
    ['a:e0', 'b:e0', 'qn_tailip="10.0.0.1/24", qn_headip="10.0.0.2/24"'],
    ['a:e1', 'n:e0', 'qn_tailip="10.0.1.1/24", qn_headip="10.0.1.2/24"'],
    ['n:e1', 'm:e0', 'qn_tailip="10.0.2.1/24", qn_headip="10.0.2.2/24"'],
  ],
);

/** Throughput (iperf3, TCP) and round trips (ping) of each kind of wire, against the same path made by hand with ip, tc and QEMU. */
export const wires = {
  name: 'wires',
  about: 'TCP throughput and round trips of each kind of wire, against the same path wired by hand',
  async run({ workshop, quick, report, missing }) {
    const lacking = missing ?? missingTool('iperf3') ?? missingTool('ping');
    if (lacking !== undefined) return report.skip('wires', lacking);
    for (const kind of ['kernel', 'socket']) {
      const lab = workshop.lab(`wires-${kind}`, topology);
      // Without a TAP device, VMs get sockets: so it is hidden from the second lab.
      const veil = kind === 'kernel' ? [] : ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none /dev/net && exec "$@"', 'sh'];
      await lab.runThrough(veil, 'up');
      const hand = new HandWired(join(workshop.folder, `wires-hand-${kind}`));
      const done = workshop.use(() => hand.close());
      try {
        const byHand = await wireByHand(hand, lab, kind);
        const byWeft = (node, argv) => lab.run('exec', node, '--', ...argv).then(({ stdout }) => stdout);
        for (const run of [byWeft, byHand]) for (const node of ['a', 'm']) await run(node, ['iperf3', '-s', '-D']);
        for (const [what, path] of Object.entries(paths)) {
          if (kind === 'socket' && path.to === 'm') continue;
          const figures = await alternate(
            quick ? 1 : 5,
            () => measure(byWeft, path),
            () => measure(byHand, path),
          );
          const wire = `${what} (${nameOf(kind, path)})`;
          // Nobody wires a namespace to a socket of QEMU's by hand: there the yardstick is the kernel's own way.
          const against = kind === 'socket' && path.from === 'n' ? 'TAP by hand' : 'by hand';
          const bound = against === 'by hand';
          report.row({
            what: `throughput: ${wire}`,
            unit: 'Mbit/s',
            against,
            ...figures('throughput'),
            atLeast: bound ? 0.95 : undefined,
          });
          report.row({
            what: `round trip: ${wire}`,
            unit: 'ms',
            against,
            ...figures('roundTrip'),
            atMost: bound ? 1.05 : undefined,
          });
        }
      } finally {
        await done();
        await lab.run('down');
      }
    }
  },
};

function nameOf(kind, { from, to }) {
  if (to === 'm') return 'veth pair';
  if (kind === 'kernel') return from === 'n' ? 'veth and TAP' : 'two TAPs';
  return from === 'n' ? 'packet socket' : 'unix sockets';
}

/** The same network beside weft's; gives what runs a command in one of its nodes. */
async function wireByHand(hand, lab, kind) {
  const { nodes } = JSON.parse((await lab.run('status', '--json')).stdout);
  const environment = (name) => environmentOf(nodes.find((node) => node.name === name).pid);
  const [panel, n, m] = ['panel', 'n', 'm'].map((purpose) => hand.space(purpose));
  hand.veth([n, 'e1'], [m, 'e0']);
  hand.address(n, 'e1', '10.0.2.1/24');
  hand.address(m, 'e0', '10.0.2.2/24');
  hand.veth([n, 'e0'], [panel, 'n-e0']);
  hand.address(n, 'e0', '10.0.1.2/24');
  hand.taps(panel, ['a-e0', 'a-e1', 'b-e0']);
  hand.join(panel, 'a-e1', 'n-e0');
  hand.join(panel, 'a-e0', 'b-e0');
  const tap = (name) => `tap,ifname=${name},script=no,downscript=no`;
  const socket = (own, other) =>
    `dgram,local.type=unix,local.path=${hand.folder}/${own},remote.type=unix,remote.path=${hand.folder}/${other}`;
  const [a, b] = await Promise.all([
    hand.guest(lab, 'a', environment('a'), panel, [kind === 'kernel' ? tap('a-e0') : socket('a', 'b'), tap('a-e1')]),
    hand.guest(lab, 'b', environment('b'), panel, [kind === 'kernel' ? tap('b-e0') : socket('b', 'a')]),
  ]);
  const places = { a: (argv) => a.agent.run(argv), b: (argv) => b.agent.run(argv) };
  return (node, argv) => places[node]?.(argv) ?? Promise.resolve(hand.run(node === 'n' ? n : m, ...argv));
}

async function measure(run, { from, address }) {
  const throughput = JSON.parse(await run(from, ['iperf3', '-c', address, '-t', '2', '-J'])).end.sum_received.bits_per_second;
  const pings = await run(from, ['ping', '-q', '-c', '200', '-i', '0.01', address]);
  return { throughput: throughput / 1e6, roundTrip: Number(/= [\d.]+\/([\d.]+)\//.exec(pings)?.[1]) };
}

function missingTool(name) {
  const places = (process.env.PATH ?? '').split(':');
  return places.some((place) => existsSync(join(place, name))) ? undefined : `${name} is missing: apt-get install ${name}`;
}
