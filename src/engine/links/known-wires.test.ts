import { describe, expect, it } from 'vitest';
import type { InterfaceState } from '../../boundary/kernel.ts';
import type { Wire } from '../../wires/wire.ts';
import { settingsOf } from '../lab.ts';
import { type Described, KnownWires } from './known-wires.ts';
import { InterfaceIndex } from './observe-wires.ts';

/** A wire of one interface, which may be that of another link. */
const wire = (link: string, place: string, mtu = 1500): Wire => ({
  link,
  interfaces: [{ netns: 'a', name: place, alias: 'mark', seen: { mtu, mac: undefined } }],
  files: [],
  setUp: [{ op: 'link-set', netns: 'a', name: place, mtu }],
  resume: [],
  tearDown: [],
  ends: [
    { node: 'a', port: place, plug: undefined, view: undefined },
    { node: 'b', port: place, plug: undefined, view: undefined },
  ],
  outlets: [undefined, undefined],
  points: [undefined, undefined],
  carriedBy: 'veth',
  mtu,
  hubPorts: [],
  carrier: { on: [], off: [], guests: [] },
});

const described = (...wires: Wire[]): Described => ({ links: { wires: new Map(wires.map((each) => [each.link, each])) } });

const kernelShows = (...wires: Wire[]) =>
  new InterfaceIndex(
    wires.flatMap(({ interfaces }) =>
      interfaces.map(
        ({ netns, name, alias, seen }): InterfaceState => ({
          index: 1,
          kind: 'veth',
          peerIndex: undefined,
          netns,
          name,
          alias,
          mtu: seen?.mtu ?? 0,
          mac: '02:00:00:00:00:01',
          up: true,
          carrier: true,
        }),
      ),
    ),
  );

describe('KnownWires', () => {
  const one = wire('a:e--b:e', 'e');

  it('takes in wires that an engine before made, and knows which of them need work', () => {
    const lab = described(one, wire('a:f--b:f', 'f', 9000));
    const known = new KnownWires(lab);
    const found = { lab, wires: new Set(lab.links.wires.keys()), index: kernelShows(one, wire('a:f--b:f', 'f', 1500)) };
    const { settings } = known.takeIn(found);
    expect(known.made('a:e--b:e')).toBe(one);
    expect([...settings.keys()]).toEqual(['a:f--b:f']);
  });

  it('forgets a wire that has gone, with its carrier and what it did to frames', () => {
    const lab = described(one);
    const known = new KnownWires(lab);
    known.setMade(one);
    known.setCarrier(one.link, false);
    known.setConditions(one.link, 'loss 1%');
    known.takeIn({ lab, wires: new Set(), index: kernelShows() });
    expect([known.made(one.link), known.carrier.size, known.conditions.size]).toEqual([undefined, 0, 0]);
  });

  it('lets a link that is drawn the other way round take over the wire, once its description counts', () => {
    const reversed = wire('b:e--a:e', 'e', 9000);
    const before = described(one);
    const after = described(reversed);
    const known = new KnownWires(before);
    known.setMade(one);
    known.setConditions(one.link, 'loss 1%');
    const compared = known.takeIn({ lab: after, wires: new Set([reversed.link]), index: kernelShows(one) });
    expect(compared.made(reversed.link)).toBe(one);
    expect(compared.settings.get(reversed.link)).toBe(settingsOf(one));
    expect(compared.conditions.get(reversed.link)).toBe('loss 1%');
    expect(known.made(reversed.link)).toBeUndefined();
    known.follow(after);
    expect(known.made(reversed.link)).toBe(one);
    expect(known.conditions.get(reversed.link)).toBe('loss 1%');
  });

  it('takes nothing over for a description that came to nothing', () => {
    const reversed = wire('b:e--a:e', 'e');
    const known = new KnownWires(described(one));
    known.setMade(one);
    known.takeIn({ lab: described(reversed), wires: new Set([reversed.link]), index: kernelShows(one) });
    known.follow(described(one));
    expect(known.made(reversed.link)).toBeUndefined();
    expect(known.made(one.link)).toBe(one);
  });
});
