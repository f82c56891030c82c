import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsoleObserver } from '../console-observer.mjs';
import { engineCall } from '../engine-call.mjs';
import { alternate, median, timed } from '../measure.mjs';
import { Qmp } from '../qmp.mjs';
import { graph, namespaces } from '../topologies.mjs';

/** Changes of labs that run. */
export const live = {
  name: 'live',
  about:
    'hot attach to a namespace and to a small guest, until the interface is there; one link more in a lab of many nodes by apply',
  async run({ workshop, quick, report, missing }) {
    if (process.getuid() !== 0) return report.skip('changes of running labs', 'this part needs root');
    await attachToNamespace({ workshop, quick, report });
    if (missing === undefined) await attachToGuest({ workshop, quick, report });
    else report.skip('hot attach to a guest', missing);
    await applyOneLink({ workshop, quick, report });
  },
};

const feature = (node, value) => ({
  changes: [{ change: 'node', node, attributes: { 'feature.attach-network-to': value } }],
});

async function attachToNamespace({ workshop, quick, report }) {
  const lab = workshop.lab(
    'attach-namespace',
    graph(
      'namespace',
      [
        ['B', 'B'],
        ['F', 'F'],
      ],
      [],
    ),
  );
  await lab.run('up');
  const socket = socketOf(workshop);
  const attached = async () => {
    const { wall } = await engineCall(socket, 'change', feature('B', 'F'));
    await lab.run('exec', 'F', '--', 'ip', 'link', 'show', 'eth0');
    await engineCall(socket, 'change', feature('B', null));
    return { wall };
  };
  await attached();
  const figures = await alternate(quick ? 5 : 15, attached, bareLink);
  report.row({ what: 'hot attach to a namespace', unit: 'ms', against: 'ip link add', ...figures('wall'), valueAtMost: 10 });
  await lab.run('down');
}

/** What a person types for the same: a pair of interfaces between two namespaces that are there. */
async function bareLink() {
  const { wall } = await timed(['ip', 'link', 'add', 'wb0', 'type', 'veth', 'peer', 'name', 'wb1']);
  await timed(['ip', 'link', 'delete', 'wb0']);
  return { wall };
}

async function attachToGuest({ workshop, quick, report }) {
  const nodes = [
    ['B', 'B', 'qn_kind="namespace", qn_template="namespace"'],
    ['F', 'F', 'qn_kind="vm"'],
  ];
  const lab = workshop.lab('attach-guest', graph('small', nodes, []));
  await lab.run('up');
  const socket = socketOf(workshop);
  const observer = new ConsoleObserver(join(lab.directory, 'F.console.log'), (script) =>
    lab.run('exec', 'F', '--', 'sh', '-c', script),
  );
  const gone = () => lab.run('exec', 'F', '--', 'sh', '-c', 'while [ -e /sys/class/net/eth0 ]; do sleep 0.005; done');
  const observed = async (plug) => {
    const seen = await observer.awaiting('[ -e /sys/class/net/eth0 ]');
    const begun = performance.now();
    await plug();
    const answered = performance.now() - begun;
    return { seen: (await seen()) - begun, answered };
  };
  const byEngine = async () => {
    const figures = await observed(() => engineCall(socket, 'change', feature('B', 'F')));
    await engineCall(socket, 'change', feature('B', null));
    await gone();
    return figures;
  };
  const byHand = async () => {
    const monitor = await Qmp.open(join(workshop.environment.XDG_RUNTIME_DIR, 'weft/bench/nodes/F/plug.sock'));
    const figures = await observed(async () => {
      await monitor.ask('netdev_add', { type: 'hubport', id: 'hand', hubid: 0 });
      await monitor.ask('device_add', { driver: 'virtio-net-pci', id: 'handnic', netdev: 'hand', bus: 'rp7', romfile: '' });
    });
    await monitor.ask('device_del', { id: 'handnic' });
    await gone();
    await monitor.ask('netdev_del', { id: 'hand' });
    monitor.close();
    return figures;
  };
  await byEngine();
  await byHand();
  const figures = await alternate(quick ? 3 : 9, byEngine, byHand);
  report.row({
    what: 'hot attach to a running guest, seen there',
    unit: 'ms',
    against: 'QMP by hand',
    ...figures('seen'),
    atMost: 1.5,
  });
  const { value } = figures('answered');
  report.row({ what: 'the same until it has its name there, and weft answers', unit: 'ms', value });
  await lab.run('down');
}

async function applyOneLink({ workshop, quick, report }) {
  for (const nodes of quick ? [100] : [100, 1000]) {
    const lab = workshop.lab(`apply-${nodes}`, namespaces(nodes, 2 * nodes));
    const path = join(lab.directory, 'topology.dot.in');
    const text = readFileSync(path, 'utf8').trimEnd().replace(/\}$/, '');
    await lab.run('up');
    const engine = [];
    const added = [];
    const withOneMore = () => {
      const at = added.length;
      added.push(`    n${at}:z0 -- n${nodes - 1 - at}:z1;\n`);
      return `${text}${added.join('')}}\n`;
    };
    const applied = async () => {
      writeFileSync(path, withOneMore());
      const { wall } = await lab.run('apply', '--yes');
      engine.push(await askToApply(socketOf(workshop), { text: withOneMore(), directory: lab.directory, path }));
      return { wall };
    };
    await applied();
    const figures = await alternate(quick ? 3 : 7, applied, bareLink);
    const { value, reference } = figures('wall');
    const beyond = value - reference;
    report.row({
      what: `one link more, ${nodes} nodes: weft apply beyond`,
      unit: 'ms',
      against: 'ip link add',
      value: beyond,
      reference,
      ratio: value / reference,
      valueAtMost: nodes === 1000 ? 200 : undefined,
    });
    report.row({ what: `its engine's part, the file not read ahead, ${nodes} nodes`, unit: 'ms', value: median(engine) });
    await lab.run('down');
  }
}

/** What the command asks the engine, of a text that it has not read ahead; the milliseconds that the answers take. */
async function askToApply(socket, { text, directory, path }) {
  const known = { defaultName: 'asked', templates: ['namespace'] };
  const read = await engineCall(socket, 'read', { text, path, ...known, directory, files: directory, input: path });
  const file = { spec: read.result.number };
  const { wall } = await engineCall(socket, 'apply', {
    file,
    restart: 'no',
    remove: false,
    wait: true,
    timeout: 60,
    brief: true,
  });
  return read.wall + wall;
}

function socketOf(workshop) {
  return join(workshop.environment.XDG_RUNTIME_DIR, 'weft/bench/api.sock');
}
