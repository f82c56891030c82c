import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelAbilities, KernelOp } from '../boundary/kernel.ts';
import { hubOps } from './hub-ops.ts';
import { netdevText } from './netdev-text.ts';
import { panelName } from './panel-name.ts';
import type { Wire, WireEnd, WireRequest } from './wire.ts';
import { wireFor } from './wire-for.ts';

const all: KernelAbilities = { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true };
const vm = (node: string): WireEnd => ({ kind: 'vm', node, port: 'e0' });
const namespace = (node: string): WireEnd => ({
  kind: 'namespace',
  node,
  port: 'eth0',
  netns: node,
  mac: '02:00:00:00:00:01',
  addresses: ['10.0.0.1/24'],
});
const hub: WireEnd = { kind: 'hub', node: 'hub' };
const host: WireEnd = { kind: 'host', node: 'host', port: 'e0', name: 'tap0', addresses: ['192.0.2.1/24'], bridge: 'br0' };

function request(ends: readonly [WireEnd, WireEnd], abilities: Partial<KernelAbilities> = {}): WireRequest {
  return { lab: 'lab', link: 'L', ends, mtu: undefined, abilities: { ...all, ...abilities }, runDirectory: '/run/weft/lab' };
}

function compile(...given: Parameters<typeof request>): Wire {
  const wire = wireFor(request(...given));
  if ('refused' in wire) throw new Error(wire.refused.message);
  return wire;
}

const ownAt = (netns: string, name: string) => ({ netns, name, entering: 'in' });
const oppositeAt = (netns: string, name: string) => ({ netns, name, entering: 'out' });

const names = (ops: readonly KernelOp[]) => ops.map(({ op }) => op);

describe('wireFor', () => {
  it('joins two namespaces by one veth pair with an end in each', () => {
    const wire = compile([namespace('a'), namespace('b')]);
    expect(wire.setUp).toEqual([
      {
        op: 'veth-add',
        a: { netns: 'a', name: 'eth0', alias: 'weft lab a:eth0 -- b:eth0', mac: '02:00:00:00:00:01', mtu: 1500, up: true },
        b: { netns: 'b', name: 'eth0', alias: 'weft lab b:eth0 -- a:eth0', mac: '02:00:00:00:00:01', mtu: 1500, up: true },
        mtu: 1500,
      },
      { op: 'address-add', netns: 'a', name: 'eth0', address: '10.0.0.1/24' },
      { op: 'address-add', netns: 'b', name: 'eth0', address: '10.0.0.1/24' },
    ]);
    expect(wire.carrier.off).toEqual([
      { op: 'plug', netns: 'a', name: 'eth0', on: false },
      { op: 'plug', netns: 'b', name: 'eth0', on: false },
    ]);
  });

  it('joins two VMs by a TAP each, and the frames of one go to the other', () => {
    const wire = compile([vm('a'), vm('b')]);
    expect(names(wire.setUp)).toEqual(['tap-add', 'tap-add', 'redirect', 'redirect']);
    expect(wire.ends.map(({ plug }) => plug?.descriptor?.name)).toEqual(['a~e0', 'b~e0']);
    expect(wire.ends[0].plug && netdevText(wire.ends[0].plug, 3)).toBe('tap,fd=3');
    expect(wire.carrier).toEqual({
      on: [],
      off: [],
      guests: [
        { node: 'a', port: 'e0' },
        { node: 'b', port: 'e0' },
      ],
    });
  });

  it('keeps the order of the ends, whichever is the VM', () => {
    expect(compile([namespace('b'), vm('a')]).ends.map(({ node, plug }) => [node, plug !== undefined])).toEqual([
      ['b', false],
      ['a', true],
    ]);
  });

  it('switches the hidden end of a VM to namespace link, so that the namespace keeps its routes', () => {
    expect(compile([vm('a'), namespace('b')]).carrier.off).toEqual([{ op: 'plug', netns: '@panel', name: 'b~eth0', on: false }]);
  });

  it('makes a host TAP in the machine, joined to its bridge, and takes it away', () => {
    const wire = compile([vm('a'), host]);
    expect(names(wire.setUp)).toEqual(['tap-add', 'bridge-join', 'address-add']);
    expect(wire.tearDown).toEqual([{ op: 'link-delete', netns: '@host', name: 'tap0' }]);
  });

  it('falls back to sockets where no TAP may be made', () => {
    const wire = compile([vm('a'), vm('b')], { tap: false });
    const [tail, head] = wire.files;
    expect(wire.ends[0].plug?.netdev).toBe(`dgram,local.type=unix,local.path=${tail},remote.type=unix,remote.path=${head}`);
    expect(wire.ends[1].plug?.netdev).toBe(`dgram,local.type=unix,local.path=${head},remote.type=unix,remote.path=${tail}`);
    const mixed = compile([vm('a'), namespace('b')], { tap: false });
    expect(names(mixed.setUp)).toEqual(['veth-add', 'offloads-off', 'carry', 'address-add']);
    expect(names(mixed.resume)).toEqual(['carry']);
  });

  it.each([
    ['a VM at its TAP', [vm('a'), vm('b')], [oppositeAt('@panel', 'a~e0'), oppositeAt('@panel', 'b~e0')]],
    [
      'a namespace in the panel, where it cannot look',
      [vm('a'), namespace('b')],
      [oppositeAt('@panel', 'a~e0'), oppositeAt('@panel', 'b~eth0')],
    ],
    ['two namespaces where they are', [namespace('a'), namespace('b')], [ownAt('a', 'eth0'), ownAt('b', 'eth0')]],
    ['the machine at its interface', [vm('a'), host], [oppositeAt('@host', 'tap0'), ownAt('@host', 'tap0')]],
    ['a namespace at its hub', [namespace('a'), hub], [oppositeAt('@panel', expect.stringMatching(/^w~~/)), undefined]],
    ['a VM at its hub', [hub, vm('a')], [undefined, oppositeAt('@panel', 'a~e0')]],
  ] as const)('shows the frames of %s', (_, ends, views) => {
    expect(compile(ends).ends.map(({ view }) => view)).toEqual(views);
  });

  it('shows both sides of a carried link at the panel, and nothing of sockets between VMs', () => {
    expect(compile([vm('a'), namespace('b')], { tap: false }).ends.map(({ view }) => view)).toEqual([
      ownAt('@panel', 'a~e0'),
      oppositeAt('@panel', 'a~e0'),
    ]);
    expect(compile([vm('a'), vm('b')], { tap: false }).ends.map(({ view }) => view)).toEqual([undefined, undefined]);
  });

  it.each([
    ['the machine', [vm('a'), host], { host: false }, 'EPERM'],
    ['namespaces', [vm('a'), namespace('b')], { namespaces: false }, 'EPERM'],
    ['redirects', [vm('a'), hub], { classifier: undefined }, 'ENOENT'],
  ] as const)('refuses what needs %s where that is not allowed', (_, ends, abilities, code) => {
    expect(wireFor(request(ends, abilities))).toMatchObject({ refused: { code } });
  });

  it('refuses socket paths that the kernel would cut off', () => {
    const long = { ...request([vm('a'), vm('b')], { tap: false }), runDirectory: `/${'x'.repeat(100)}` };
    expect(wireFor(long)).toMatchObject({ refused: { code: 'ENAMETOOLONG' } });
  });

  it('doubles commas in socket paths, as QEMU wants them', () => {
    const wire = wireFor({ ...request([vm('a'), vm('b')], { tap: false }), runDirectory: '/run/a,b' });
    expect('refused' in wire ? '' : wire.ends[0].plug?.netdev).toContain('local.path=/run/a,,b/');
  });
});

it('floods a hub from each port to all the others', () => {
  const ports = [vm('a'), namespace('b')].flatMap((end) => compile([end, hub]).hubPorts);
  expect(ports.map((port) => port.hub)).toEqual(['hub', 'hub']);
  const [a, b] = ports.map((port) => port.name);
  expect(hubOps(ports)).toEqual([
    { op: 'redirect', netns: '@panel', from: a, to: [b] },
    { op: 'redirect', netns: '@panel', from: b, to: [a] },
  ]);
});

it('names panel interfaces uniquely within 15 bytes', () => {
  const name = fc.string({ minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(name, name, name, name, (a, b, c, d) => {
      const [left, right] = [panelName(a, b), panelName(c, d)];
      expect(left).toMatch(/^[A-Za-z0-9_.+~-]{1,15}$/);
      expect(left === right).toBe(a === c && b === d);
    }),
  );
});
