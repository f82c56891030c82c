import { printTopology } from '../../../src/dot/print-topology.ts';
import { readTopology } from '../../../src/dot/read-topology.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Dice } from './dice.ts';
import type { LabModel, Nature } from './lab-model.ts';
import { isEqual, type LiveLab } from './live-lab.ts';
import { FEATURE, isTaken, linesOf, linkId, merged, nodeOf, type Plan, type PlannedLink } from './plan.ts';

/** Something that is done to a lab: how it is called, what it does to the model, and to the lab. */
export interface Command {
  readonly text: string;
  /** What the model becomes; a command that changes nothing of it leaves it out. */
  readonly model?: (model: LabModel) => void;
  readonly run: (lab: LiveLab) => Promise<unknown>;
  /** The engine hears of it by itself, a little later. */
  readonly late?: boolean;
}

/** Names of nodes that files and commands make; the last is too long for an interface. */
export const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'frontend-with-a-long-name'];
const PORTS = ['eth0', 'eth1', 'eth2', 'lan'] as const;
const LIMIT = 7;

type Maker = (dice: Dice, model: LabModel) => Command | undefined;

/** A command that can be given now. */
export function anyCommand(dice: Dice, model: LabModel, makers: readonly Maker[] = MAKERS): Command {
  for (;;) {
    const command = dice.pick(makers)?.(dice, model);
    if (command !== undefined) return command;
  }
}

const start: Maker = (dice, model) => {
  const nodes = dice.once(3) ? model.nodes : dice.some(model.nodes, 2);
  if (nodes.length === 0) return undefined;
  return {
    text: `start ${nodes.join(' ')}`,
    model: (next) => next.start(nodes),
    run: (lab) => lab.call('start', { spec: lab.specOf(lab.model.base), nodes, wait: true, timeout: 60 }),
  };
};

const stop: Maker = (dice, model) => {
  const nodes = dice.some(model.nodes, 2);
  const kill = dice.once(3);
  if (nodes.length === 0) return undefined;
  return {
    text: `${kill ? 'kill' : 'stop'} ${nodes.join(' ')}`,
    model: (next) => next.stop(nodes),
    run: (lab) => lab.call('stop', { nodes, kill }),
  };
};

const pause: Maker = (dice, model) => {
  const paused = dice.once(2);
  const nodes = dice.some(paused ? [...model.alive] : [...model.paused].filter((node) => model.alive.has(node)), 2);
  if (nodes.length === 0) return undefined;
  return {
    text: `${paused ? 'pause' : 'unpause'} ${nodes.join(' ')}`,
    model: (next) => next.pause(nodes, paused),
    run: (lab) => lab.call('pause', { nodes, paused }),
  };
};

const killNode: Maker = (dice, model) => {
  const node = dice.pick([...model.alive]);
  return node === undefined
    ? undefined
    : {
        text: `kill -9 of the process of ${node}`,
        model: (next) => next.lose(node),
        run: (lab) => lab.killNode(node),
        late: true,
      };
};

const killEngine: Maker = (dice, model) => {
  const node = dice.once(3) ? dice.pick([...model.alive]) : undefined;
  const words = dice.once(2) ? ['engine.cjs'] : ['engine.cjs', 'kernel-worker.cjs'];
  return {
    text: `kill -9 of ${words.join(' and ')}${node === undefined ? '' : ` and of the process of ${node}`}`,
    ...(node === undefined ? {} : { model: (next: LabModel) => next.lose(node) }),
    run: async (lab) => {
      await lab.kill(...words);
      if (node !== undefined) lab.killProcess(node);
      await lab.reconnect();
    },
    late: true,
  };
};

const feature: Maker = (dice, model) => {
  const { names } = model.nature;
  const node = dice.pick(model.nodes);
  if (node === undefined) return undefined;
  const frontends = dice.some(
    names.filter((name) => name !== node),
    3,
  );
  const macOf = (frontend: string) => `0a:00:00:0${names.indexOf(frontend)}:0${names.indexOf(node)}:0${dice.roll(3)}`;
  const lines = frontends.map((name) => (dice.once(3) ? `${name} frontend_mac=${macOf(name)}` : name));
  const value = dice.once(4) ? null : lines.join(dice.once(3) ? '\n\n' : '\n');
  return changing([{ change: 'node', node, attributes: { [FEATURE]: value } }], (next) => next.setNode(node, FEATURE, value));
};

const attach: Maker = (dice, model) => {
  const link = freeLink(dice, model.desired, model.nature);
  return link && changing([attachOf(link)], (next) => next.attach(link));
};

const detach: Maker = (dice, model) => {
  const id = dice.pick([...model.desired.links.keys()]);
  return id === undefined ? undefined : changing([{ change: 'detach', link: id }], (next) => next.detach(id));
};

const resize: Maker = (dice, model) => {
  const id = dice.pick([...model.desired.links.keys()]);
  const mtu = dice.pick(['1400', '9000', null]) ?? null;
  if (id === undefined || model.nature.fixed) return undefined;
  return changing([{ change: 'link', link: id, attributes: { qn_mtu: mtu } }], (next) => next.setLink(id, 'qn_mtu', mtu));
};

/** A cable that is moved: two edits that go together. */
const move: Maker = (dice, model) => {
  const [id, old] = dice.pick([...model.desired.links]) ?? [];
  if (id === undefined || old === undefined) return undefined;
  const links = new Map(model.desired.links);
  links.delete(id);
  const free = freeLink(dice, { ...model.desired, links }, model.nature);
  if (free === undefined) return undefined;
  const moved =
    isTaken({ ...model.desired, links }, free.head) || nodeOf(old.tail) === nodeOf(free.head)
      ? free
      : { ...free, tail: old.tail };
  return changing([{ change: 'detach', link: id }, attachOf(moved)], (next) => next.move(id, moved));
};

const create: Maker = (dice, model) => {
  const node = dice.pick(model.nature.names.filter((name) => !model.desired.nodes.has(name)));
  if (node === undefined || model.nature.fixed || model.nodes.length >= LIMIT) return undefined;
  const from = dice.once(3) ? dice.pick(model.nodes) : undefined;
  if (from !== undefined) {
    const attributes = Object.entries(model.desired.nodes.get(from) ?? {}).filter(([name]) => name !== 'label');
    const own = Object.fromEntries(attributes);
    // A copy names the same frontends, and the one that it is called like would be itself.
    if (linesOf(own[FEATURE] ?? '').some((line) => line.split(' ')[0] === node)) return undefined;
    return changing([{ change: 'clone', node, from }], (next) => next.create(node, own));
  }
  const attributes = { qn_kind: 'namespace', qn_template: 'namespace' };
  const own: Change = { change: 'create', node, kind: 'namespace', template: 'namespace', attributes: {} };
  return changing([own], (next) => next.create(node, attributes));
};

const remove: Maker = (dice, model) => {
  const node = dice.pick(model.nodes.filter((name) => !model.alive.has(name)));
  return node === undefined || model.nature.fixed || model.nodes.length <= 3
    ? undefined
    : changing([{ change: 'remove', node }], (next) => next.remove(node));
};

const plug: Maker = (dice, model) => {
  const own = [...model.desired.links.values()].flatMap(({ tail, head }) => [tail, head]);
  const others = model.connections.flatMap(({ backend, backendPort, frontend, frontendPort }) =>
    backendPort === undefined ? [] : [`${backend}:${backendPort}`, `${frontend}:${frontendPort}`],
  );
  const end = dice.pick([...own, ...others].filter((each) => each.includes(':')));
  if (end === undefined) return undefined;
  const on = dice.once(2);
  const [node = '', port = ''] = end.split(':');
  return {
    text: `link ${node} ${port} ${on ? 'on' : 'off'}`,
    model: (next) => next.plug(end, on),
    run: (lab) => lab.call('link', { node, port, on }),
  };
};

const apply: Maker = (dice, model) => {
  const file = dice.once(5) ? undefined : changedFile(dice, dice.once(2) ? model.base : model.desired, model.nature);
  const discard = file !== undefined && dice.once(4);
  if (file !== undefined && !discard && merged(model.base, model.desired, file) === undefined) {
    return {
      text: `apply a file that has no place for a link of ours: ${shown(file)}`,
      run: (lab) => lab.refused(applied(lab, file, discard), 'lost'),
    };
  }
  return {
    text: file === undefined ? 'apply' : `apply${discard ? ' and discard,' : ''} a file with ${shown(file)}`,
    model: (next) => next.apply(file, discard),
    run: (lab) => applied(lab, file, discard),
  };
};

/** The file that `weft graph -T dot` prints says what is desired, so nothing is left to do but to launch what was lost. */
const applyPrinted: Maker = (_dice, model) => ({
  text: 'apply the file that graph -T dot prints',
  model: (next) => next.apply(model.desired, false),
  run: async (lab) => {
    const { topology: desired } = await lab.desired();
    const { topology } = readTopology({ path: 'printed.dot', text: printTopology(desired) }, { defaultName: lab.name });
    if (topology === undefined) throw new Error('the printed file does not read back');
    const spec = { ...lab.specOf(lab.model.base), topology };
    const done = await lab.call('apply', { file: { spec }, restart: 'no', remove: true, wait: true, timeout: 60 });
    const changing = done.reports.filter(({ step }) => !['launch', 'carrier', 'connect'].includes(step.action));
    if (model.alive.size === model.wanted.size && done.reports.length > 0) throw new Error(`it does ${JSON.stringify(changing)}`);
  },
});

/** Somebody breaks an interface; apply mends it. */
const damage: Maker = (dice, model) => {
  const port = dice.pick(
    model.expectedPorts().filter(({ name, node }) => name !== '' && model.alive.has(node) && !model.nature.vms.has(node)),
  );
  if (port === undefined) return undefined;
  return {
    text: `delete the interface ${port.node}:${port.name} by hand, then apply`,
    model: (next) => next.apply(undefined, false),
    run: async (lab) => {
      await lab.inNamespace(port.node, `ip link delete ${port.name}`);
      await applied(lab, undefined, false);
    },
  };
};

const refusal: Maker = (dice, model) => {
  const node = dice.pick(model.nodes);
  const running = dice.pick([...model.alive]);
  const link = dice.pick([...model.desired.links.values()].filter(({ tail, head }) => tail.includes(':') && head.includes(':')));
  const changes: (readonly [Change[], string])[] = [];
  const good: Change[] = node === undefined ? [] : [{ change: 'node', node, attributes: { color: 'blue' } }];
  if (node !== undefined) {
    changes.push([[{ change: 'clone', node, from: node }], 'exists']);
    changes.push([[{ change: 'node', node, attributes: { [FEATURE]: `x\n${node}` } }], 'bad-value']);
    changes.push([[{ change: 'node', node, attributes: { [FEATURE]: 'x frontend_mac=1' } }], 'bad-value']);
  }
  if (running !== undefined) changes.push([[{ change: 'remove', node: running }], 'running']);
  if (link !== undefined) changes.push([[attachOf({ ...link, tail: `${nodeOf(link.tail)}:new` })], 'in-use']);
  const [bad, code] = dice.pick(changes) ?? [];
  if (bad === undefined || code === undefined) return undefined;
  return {
    text: `${JSON.stringify([...good, ...bad])}, which is refused`,
    run: (lab) => lab.refused(lab.call('change', { changes: [...good, ...bad] }), code),
  };
};

/** The engine is killed while it is at work; then the same or the state before is desired, and apply reaches it. */
const killDuring: Maker = (dice, model) => {
  // Whether the cable of a connection was pulled before the engine was killed does not show in the topology.
  const cables = model.connections.length === 0 ? [plug] : [];
  const makers = [attach, detach, move, resize, feature, start, stop, create, apply, ...cables];
  const command = dice.pick(makers)?.(dice, model);
  if (command === undefined) return undefined;
  const words = dice.once(2) ? ['engine.cjs'] : ['engine.cjs', 'kernel-worker.cjs'];
  const after = dice.roll(25);
  return {
    text: `${command.text}, and kill -9 of ${words.join(' and ')} ${after} ms later, then apply`,
    run: async (lab) => {
      const work = command.run(lab).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, after));
      await lab.kill(...words);
      await work;
      await lab.reconnect();
      const taken = lab.model.clone();
      command.model?.(taken);
      const { plan, running } = await lab.desired();
      const isTakenUp = isEqual(plan, taken.desired) && [...running].sort().join() === [...taken.wanted].sort().join();
      if (isTakenUp) lab.model = taken;
      lab.model.apply(undefined, false);
      await applied(lab, undefined, false);
    },
  };
};

const MAKERS: readonly Maker[] = [
  ...[start, start, start, stop, stop, pause, pause, killNode, killEngine],
  ...[feature, feature, feature, attach, attach, detach, move, resize, create, remove, plug, plug],
  ...[apply, apply, applyPrinted, damage, refusal, killDuring],
];

function changing(changes: readonly Change[], model: (next: LabModel) => void): Command {
  return { text: JSON.stringify(changes), model, run: (lab) => lab.call('change', { changes }).then(withoutFailures) };
}

async function applied(lab: LiveLab, file: Plan | undefined, discard: boolean): Promise<void> {
  const wish = file === undefined ? {} : { file: { spec: lab.specOf(file), discard } };
  withoutFailures(await lab.call('apply', { ...wish, restart: 'no', remove: true, wait: true, timeout: 60 }));
}

function withoutFailures(outcome: { readonly failures: readonly unknown[] }): void {
  if (outcome.failures.length > 0) throw new Error(`it failed: ${JSON.stringify(outcome.failures)}`);
}

function attachOf({ tail, head, attributes }: PlannedLink): Change {
  const end = (text: string) => ({ node: nodeOf(text), port: text.split(':')[1] });
  return { change: 'attach', tail: end(tail), head: end(head), attributes };
}

function freeLink(dice: Dice, plan: Plan, { hubs }: Pick<Nature, 'hubs'>): PlannedLink | undefined {
  const free = [...plan.nodes.keys()].flatMap((name) =>
    hubs.has(name) ? [name] : PORTS.map((port) => `${name}:${port}`).filter((end) => !isTaken(plan, end)),
  );
  const [tail, head] = [dice.pick(free), dice.pick(free)];
  if (tail === undefined || head === undefined || nodeOf(tail) === nodeOf(head)) return undefined;
  const link = { tail, head, attributes: dice.once(4) ? { qn_link: 'off' } : {} };
  return plan.links.has(linkId(link)) ? undefined : link;
}

/** A file in which a few things are otherwise. */
function changedFile(dice: Dice, plan: Plan, nature: Nature): Plan {
  const nodes = new Map(plan.nodes);
  const links = new Map(plan.links);
  for (let edits = dice.roll(3) + 1; edits > 0; edits--) {
    const now = { nodes, links };
    const name = dice.pick(nature.names) ?? 'a';
    const link = freeLink(dice, now, nature);
    const id = dice.pick([...links.keys()]);
    switch (nature.fixed ? dice.pick([0, 1, 4]) : dice.roll(5)) {
      case 0:
        if (link !== undefined) links.set(linkId(link), link);
        break;
      case 1:
        if (id !== undefined) links.delete(id);
        break;
      case 2:
        if (nodes.size < LIMIT && !nodes.has(name)) nodes.set(name, { qn_kind: 'namespace', qn_template: 'namespace' });
        break;
      case 3:
        if (nodes.size <= 4) break;
        nodes.delete(name);
        for (const [each, { tail, head }] of links) if (nodeOf(tail) === name || nodeOf(head) === name) links.delete(each);
        break;
      default: {
        const backend = dice.pick([...nodes.keys()].filter((each) => !nature.hubs.has(each)));
        const frontends = dice.some(
          nature.names.filter((each) => each !== backend),
          2,
        );
        if (backend !== undefined) nodes.set(backend, { ...nodes.get(backend), [FEATURE]: frontends.join('\n') });
      }
    }
  }
  return { nodes, links };
}

function shown({ nodes, links }: Plan): string {
  const features = [...nodes].flatMap(([name, { [FEATURE]: lines }]) =>
    lines === undefined ? [] : [`${name}=${JSON.stringify(lines)}`],
  );
  const all = [...links].map(([id, { attributes }]) =>
    attributes['qn_link'] === undefined ? id : `${id} ${attributes['qn_link']}`,
  );
  return `nodes ${[...nodes.keys()].join(' ')}; links ${all.join(', ')}; features ${features.join(' ')}`;
}
