import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST, type Kernel, type KernelOp } from '../../src/boundary/kernel.ts';
import { judge } from '../../src/conformance/judge.ts';
import { testFrames, wayMark } from '../../src/conformance/test-frames.ts';
import { conditionOps } from '../../src/wires/conditions.ts';
import { hubOps } from '../../src/wires/hub-ops.ts';
import type { Wire, WireEnd } from '../../src/wires/wire.ts';
import { wireFor } from '../../src/wires/wire-for.ts';
import { frameCapture } from './frame-capture.ts';
import { telltaleFrames } from './frames.ts';
import { type Holder, openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';
import { type FramePort, interfacePort, netdevPort } from './wire-ports.ts';

const lab = 'wiretest';
const namespace = (node: string): WireEnd => ({ kind: 'namespace', node, port: 'eth0', netns: node, addresses: [] });
const vm = (node: string): WireEnd => ({ kind: 'vm', node, port: 'eth0' });
const hub: WireEnd = { kind: 'hub', node: 'segment' };
const host: WireEnd = { kind: 'host', node: 'host', port: 'tap', name: 'wefttest0', addresses: ['192.0.2.1/30'] };

interface Case {
  readonly name: string;
  readonly holder: Holder;
  readonly ends: readonly [WireEnd, WireEnd];
  readonly carriedBy: Wire['carriedBy'];
  /** Act as if TAPs could not be made. */
  readonly tapless?: boolean;
}

const cases: readonly Case[] = (['root', 'user with tun', 'user'] as const).flatMap((holder): Case[] => {
  const tap = holder !== 'user';
  return [
    { name: 'namespace to namespace', holder, ends: [namespace('a'), namespace('b')], carriedBy: 'veth' },
    { name: 'VM to namespace', holder, ends: [vm('a'), namespace('b')], carriedBy: tap ? 'tap' : 'packet' },
    { name: 'VM to VM', holder, ends: [vm('a'), vm('b')], carriedBy: tap ? 'tap' : 'dgram' },
    ...(holder !== 'root'
      ? []
      : ([
          { name: 'VM to the machine', holder, ends: [vm('a'), host], carriedBy: 'tap' },
          { name: 'namespace to the machine', holder, ends: [namespace('a'), host], carriedBy: 'veth' },
          { name: 'VM to the machine, no TAP', holder, ends: [vm('a'), host], carriedBy: 'packet', tapless: true },
        ] as const)),
  ];
});

describe.each(['root', 'user with tun', 'user'] as const)('wires of %s', (holder) => {
  let sandbox: TestSandbox;
  let kernel: Kernel;

  beforeAll(async () => {
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start(lab);
  });
  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
  });

  it.each(cases.filter((one) => one.holder === holder))(
    '$name: every frame arrives unchanged, both ways',
    async ({ ends, carriedBy, tapless }) => {
      const wire = compile(ends, tapless);
      expect(wire.carriedBy).toBe(carriedBy);
      await setUp([wire]);
      const ports = await portsOf(wire, ends);
      try {
        await expectPassage(ports[0], [ports[1]]);
        await expectPassage(ports[1], [ports[0]]);
        await run(wire.setUp);
        await expectPassage(ports[0], [ports[1]]);
      } finally {
        await takeDown([wire], ports);
      }
    },
  );

  it.each(cases.filter((one) => one.holder === holder && one.carriedBy !== 'dgram'))(
    '$name: a capture shows every frame once at each port',
    async ({ ends, tapless }) => {
      const wire = compile(ends, tapless);
      await setUp([wire]);
      const ports = await portsOf(wire, ends);
      try {
        await expectCapture([wire], ports);
      } finally {
        await takeDown([wire], ports);
      }
    },
  );

  it.each([false, true])('hub: a capture shows every frame once at each port (without TAPs: %s)', async (tapless) => {
    const members = [vm('a'), namespace('b'), vm('c')];
    const wires = members.map((end, at) => compile(at === 1 ? [hub, end] : [end, hub], tapless));
    await setUp(wires);
    await run(hubOps(wires.flatMap((wire) => wire.hubPorts)));
    const ports = await Promise.all([
      portsOf(wires[0] as Wire, [vm('a'), hub]).then(([port]) => port),
      portsOf(wires[1] as Wire, [hub, namespace('b')]).then(([, port]) => port),
      portsOf(wires[2] as Wire, [vm('c'), hub]).then(([port]) => port),
    ]);
    try {
      await expectCapture(wires, ports);
    } finally {
      await takeDown(wires, ports);
    }
  });

  it.each(cases.filter((one) => one.holder === holder && one.carriedBy !== 'dgram'))(
    '$name: frames that are put onto it arrive unchanged, both ways, and a cut is seen',
    async ({ ends, tapless }) => {
      const wire = compile(ends, tapless);
      await setUp([wire]);
      const ports = await portsOf(wire, ends);
      try {
        await awaitPassage(ports[0], [ports[1]]);
        expect(await verdicts(wire, 1)).toEqual([new Set(['ok']), new Set(['ok'])]);
        await run(conditionOps(wire, { tail: {}, head: { cut: true } }, kernel.abilities).ops);
        expect(await verdicts(wire, 2)).toEqual([new Set(['ok']), new Set(['lost'])]);
        await run(conditionOps(wire, { tail: {}, head: {} }, kernel.abilities).ops);
        expect(await verdicts(wire, 3)).toEqual([new Set(['ok']), new Set(['ok'])]);
      } finally {
        await takeDown([wire], ports);
      }
    },
  );

  it.each([false, true])('hub of VMs and namespaces: every frame arrives at all others (without TAPs: %s)', async (tapless) => {
    const members = [vm('a'), namespace('b'), namespace('c'), vm('d')];
    const wires = members.map((end) => compile([end, hub], tapless));
    await setUp(wires);
    await run(hubOps(wires.flatMap((wire) => wire.hubPorts)));
    const ports = await Promise.all(wires.map(async (wire, at) => (await portsOf(wire, [members[at] as WireEnd, hub]))[0]));
    try {
      for (const from of ports) {
        await expectPassage(
          from,
          ports.filter((port) => port !== from),
        );
      }
    } finally {
      await takeDown(wires, ports);
    }
  });

  it('switches the carrier that a namespace sees', async () => {
    const ends = [vm('a'), namespace('b')] as const;
    const wire = compile(ends);
    await setUp([wire]);
    const carrier = async () => (await kernel.interfaces(['b'])).find(({ name }) => name === 'eth0')?.carrier;
    expect(await carrier()).toBe(true);
    await run(wire.carrier.off);
    await until(async () => (await carrier()) === false, 'the carrier to go');
    await run(wire.carrier.on);
    await until(async () => (await carrier()) === true, 'the carrier to come back');
    await takeDown([wire], []);
  });

  /** Of the frames that the tail sends, then of those that the head sends. */
  async function verdicts(wire: Wire, run: number): Promise<Set<string>[]> {
    const [tail, head] = wire.points;
    if (tail === undefined || head === undefined) throw new Error('no points');
    const ways = [0, 1].map((way) => ({ run, way, sent: testFrames({ run, way, jumbo: 9000 }) }));
    const passages = ways.map(({ sent, way }) => ({
      from: way === 0 ? tail : head,
      to: way === 0 ? head : tail,
      frames: sent.map(({ bytes }) => bytes),
      mark: wayMark(run, way),
    }));
    const outcomes = await kernel.passages(passages, 500);
    return ways.map((way, at) => {
      const seen = outcomes[at];
      if (seen === undefined || 'code' in seen) throw new Error(seen?.message);
      return new Set(judge(way.sent, seen, way).map(({ verdict }) => verdict));
    });
  }

  function compile(ends: readonly [WireEnd, WireEnd], tapless = false): Wire {
    const abilities = { ...kernel.abilities, ...(tapless ? { tap: false } : {}) };
    const link = ends.map((end) => end.node).join('--');
    const wire = wireFor({ lab, link, ends, mtu: 9000, abilities, runDirectory: sandbox.folder });
    if ('refused' in wire) throw new Error(wire.refused.message);
    return wire;
  }

  async function setUp(wires: readonly Wire[]): Promise<void> {
    const nodes = wires.flatMap((wire) => wire.interfaces).filter(({ netns }) => !netns.startsWith('@'));
    await run([...new Set(nodes.map(({ netns }) => netns))].map((netns) => ({ op: 'netns-add', netns })));
    for (const wire of wires) await run(wire.setUp);
    for (const wire of wires) {
      const there = await kernel.interfaces([...new Set(wire.interfaces.map(({ netns }) => netns))]);
      const wanted = wire.interfaces.map(({ seen, ...marked }) => {
        const { mtu, mac } = seen ?? {};
        return { ...marked, ...(mtu === undefined ? {} : { mtu }), ...(mac === undefined ? {} : { mac }) };
      });
      expect(there).toEqual(expect.arrayContaining(wanted.map((one) => expect.objectContaining(one))));
    }
  }

  async function portsOf(wire: Wire, ends: readonly [WireEnd, WireEnd]): Promise<[FramePort, FramePort]> {
    const open = async (at: 0 | 1): Promise<FramePort> => {
      const end = ends[at];
      const plug = wire.ends[at].plug;
      if (plug !== undefined) return await netdevPort(kernel, end.node, plug, sandbox.folder);
      if (end.kind === 'namespace') return await interfacePort([...sandbox.inPanel, 'ip', 'netns', 'exec', end.netns], end.port);
      if (end.kind === 'host') return await interfacePort([], end.name);
      return { send: () => undefined, received: [], close: async () => undefined };
    };
    return await Promise.all([open(0), open(1)]);
  }

  async function takeDown(wires: readonly Wire[], ports: readonly FramePort[]): Promise<void> {
    for (const port of ports) await port.close();
    for (const wire of wires) await run([...wire.tearDown, ...wire.tearDown]);
    const namespaces = await kernel.namespaces();
    await run(namespaces.map((netns) => ({ op: 'netns-delete', netns })));
    const left = await kernel.interfaces(['@panel', HOST]);
    expect(left.filter(({ alias }) => alias.startsWith(`weft ${lab} `))).toEqual([]);
  }

  /** Each of the ports sends each of the telltale frames; `ports` are in the order of the wires' ends that are no hub's. */
  async function expectCapture(wires: readonly Wire[], ports: readonly FramePort[]): Promise<void> {
    for (const from of ports) {
      await awaitPassage(
        from,
        ports.filter((port) => port !== from),
      );
    }
    const views = wires
      .flatMap(({ ends }) => ends)
      .flatMap(({ node, view }) => (view === undefined ? [] : [{ label: node, view }]));
    const capture = await frameCapture(kernel, sandbox.folder, { ports: views });
    const sent = Object.values(telltaleFrames).map((frame) => frame.toString('hex'));
    for (const from of ports) {
      const others = ports.filter((port) => port !== from);
      for (const port of others) port.received.length = 0;
      for (const frame of Object.values(telltaleFrames)) from.send(frame);
      for (const port of others) await until(() => sent.every((frame) => port.received.includes(frame)), 'the frames to arrive');
    }
    const counts = await capture.stop();
    const seen = capture.seen.filter(({ bytes }) => sent.includes(bytes));
    expect(seen.map(({ time }) => time)).toEqual(seen.map(({ time }) => time).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)));
    for (const [at, { label }] of views.entries()) {
      const expected = ports.flatMap((_, sender) => sent.map((bytes) => `${sender === at ? 'out' : 'in'} ${bytes}`));
      expect(seen.filter(({ port }) => port === label).map(({ direction, bytes }) => `${direction} ${bytes}`)).toEqual(expected);
      expect(counts[label]).toMatchObject({ dropped: 0 });
    }
  }

  async function run(ops: readonly KernelOp[]): Promise<void> {
    expect((await kernel.run(ops)).filter((failure) => failure !== undefined)).toEqual([]);
  }
});

/** Sends each of the telltale frames and waits until it has come out at every other port, as it was. */
async function expectPassage(from: FramePort, to: readonly FramePort[]): Promise<void> {
  await awaitPassage(from, to);
  for (const [name, frame] of Object.entries(telltaleFrames)) {
    const wanted = frame.toString('hex');
    for (const port of [from, ...to]) port.received.length = 0;
    from.send(frame);
    for (const port of to) await until(() => port.received.includes(wanted), `${name} to arrive`);
    for (const port of to) expect(port.received.filter((one) => one === wanted)).toHaveLength(1);
    expect(from.received).not.toContain(wanted);
  }
}

/** A QEMU that starts is connected to the test before it has opened its TAP: frames are lost until then. */
async function awaitPassage(from: FramePort, to: readonly FramePort[]): Promise<void> {
  const probe = Buffer.from(`ffffffffffff02000000000188b7${'00'.repeat(50)}`, 'hex');
  await until(() => {
    from.send(probe);
    return to.every((port) => port.received.includes(probe.toString('hex')));
  }, 'the wire to carry frames');
}
