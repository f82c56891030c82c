import { describe, expect, it } from 'vitest';
import { beginning } from '../../../test/support/random-changes.ts';
import type { InterfaceState } from '../../boundary/kernel.ts';
import { compileLinks } from './lab-links.ts';
import { InterfaceIndex, strayWires } from './observe-wires.ts';

const { wires } = compileLinks({
  spec: { name: 'lab', directory: '/lab', files: '/lab', topology: { ...beginning, links: beginning.links.slice(1) } },
  abilities: { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true },
  takesWires: () => true,
  macs: new Map(),
  socketFolder: '/run/lab/wires',
});
const [wire] = [...wires.values()];
if (wire === undefined) throw new Error('there is a link between a node and a hub');

const state = (netns: string, name: string, alias: string): InterfaceState => ({
  netns,
  index: 1,
  name,
  alias,
  kind: 'veth',
  mac: '02:00:00:00:00:01',
  mtu: 1500,
  up: true,
  carrier: true,
  peerIndex: undefined,
});
const own = wire.interfaces.map(({ netns, name, alias }) => state(netns, name, alias));

describe('InterfaceIndex', () => {
  it('holds a wire when all its interfaces are there with their marks', () => {
    expect(wire.interfaces.length).toBe(2);
    expect(new InterfaceIndex(own).holds(wire)).toBe(true);
    expect(new InterfaceIndex(own.slice(1)).holds(wire)).toBe(false);
    expect(new InterfaceIndex(own.map((each) => ({ ...each, alias: '' }))).holds(wire)).toBe(false);
    expect(new InterfaceIndex(own.map((each) => ({ ...each, netns: 'elsewhere' }))).holds(wire)).toBe(false);
  });

  it('tells whether nodes see what they should', () => {
    const own = wire.interfaces.map(({ netns, name, alias }) => state(netns, name, alias));
    expect(new InterfaceIndex(own).suits(wire)).toBe(true);
    expect(new InterfaceIndex(own.map((each) => ({ ...each, mtu: 1400 }))).suits(wire)).toBe(false);
    const withMac = {
      ...wire,
      interfaces: wire.interfaces.map((place) => ({ ...place, seen: { mtu: 1500, mac: '02:00:00:00:00:99' } })),
    };
    expect(new InterfaceIndex(own).suits(withMac)).toBe(false);
  });

  it('knows interfaces by their places, whatever their marks', () => {
    const index = new InterfaceIndex([state('a', 'eth0', '')]);
    expect([index.has('a/eth0'), index.has('b/eth0'), index.has('a/eth1')]).toEqual([true, false, false]);
  });
});

describe('strayWires', () => {
  it('finds what is left of a link at both its ends, as one', () => {
    const left = [state('a', 'eth7', 'weft lab a:eth7 -- b:eth1'), state('b', 'eth1', 'weft lab b:eth1 -- a:eth7')];
    expect(strayWires('lab', [...own, ...left], { wires: wires.values(), known: () => false, isNeeded: () => true })).toEqual([
      {
        link: 'a:eth7--b:eth1',
        interfaces: [
          { netns: 'a', name: 'eth7' },
          { netns: 'b', name: 'eth1' },
        ],
      },
    ]);
  });

  it('calls it as the link that was made was called', () => {
    const left = [state('a', 'eth7', 'weft lab a:eth7 -- b:eth1')];
    const [stray] = strayWires('lab', [...own, ...left], {
      wires: wires.values(),
      known: (link) => link === 'b:eth1--a:eth7',
      isNeeded: () => true,
    });
    expect(stray?.link).toBe('b:eth1--a:eth7');
  });

  it('leaves alone what wires use, what other labs own, and what nodes made themselves', () => {
    const others = [state('a', 'br0', ''), state('a', 'eth8', 'weft other a:eth8 -- b:eth1'), state('a', 'eth9', 'uplink')];
    expect(strayWires('lab', [...own, ...others], { wires: wires.values(), known: () => true, isNeeded: () => true })).toEqual(
      [],
    );
  });

  it('takes away what an old link left in the place of one that nobody needs now', () => {
    const [at] = own;
    const left = [state(at?.netns ?? '', at?.name ?? '', 'weft lab a:eth1 -- b:eth1')];
    const strays = (needed: boolean, found: readonly InterfaceState[]) =>
      strayWires('lab', found, { wires: wires.values(), known: () => false, isNeeded: () => needed });
    expect(strays(false, left)).toHaveLength(1);
    expect(strays(true, left)).toEqual([]);
    expect(strays(false, own)).toEqual([]);
  });
});
