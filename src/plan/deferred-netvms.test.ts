import { describe, expect, it } from 'vitest';
import type { Topology } from '../model/topology.ts';
import { uplinkTree } from '../model/uplink-tree.ts';
import { withDeferred, withLostProviders, withoutSettled } from './deferred-netvms.ts';
import type { Uplink } from './uplinks.ts';

/** Providers a and b, and a client with this netvm. */
function tree(netvm: string) {
  const node = (name: string, attributes: Record<string, string>) => ({
    ...{ name, kind: 'namespace' as const, template: 'namespace', attributes, labelPorts: [] },
  });
  const nodes = [
    node('a', { qn_provides_network: 'true' }),
    node('b', { qn_provides_network: 'true' }),
    node('work', { qn_netvm: netvm }),
  ];
  const topology: Topology = { name: 'lab', attributes: {}, nodes, links: [] };
  return uplinkTree(topology);
}

const uplink = (provider: string) => ({ client: 'work', provider }) as Uplink;
const still = new Set(['work']);
const going = { runs: () => true, paused: () => false };

describe('a change of the netvm of a node that stands still', () => {
  it('keeps the one that it had', () => {
    expect(withDeferred({}, [tree('a'), tree('b')], still)).toEqual({ work: 'a' });
    expect(withDeferred({}, [tree('none'), tree('b')], still)).toEqual({ work: '' });
  });

  it('case 7: is the first one that counts, also where it is set back', () => {
    const first = withDeferred({}, [tree('a'), tree('b')], still);
    expect(withDeferred(first, [tree('b'), tree('a')], still)).toBe(first);
  });

  it('is none for a node that goes on, and where nothing changes', () => {
    const nothing = {};
    expect(withDeferred(nothing, [tree('a'), tree('b')], new Set())).toBe(nothing);
    expect(withDeferred(nothing, [tree('a'), tree('a')], still)).toBe(nothing);
  });

  it('is one, too, when its provider ends', () => {
    expect(withLostProviders({}, [uplink('a')], new Set(['a']), still)).toEqual({ work: 'a' });
    expect(withLostProviders({ work: 'b' }, [uplink('a')], new Set(['a']), still)).toEqual({ work: 'b' });
    expect(withLostProviders({}, [uplink('a')], new Set(['a', 'work']), still)).toEqual({});
    expect(withLostProviders({}, [uplink('a')], new Set(['a']), new Set())).toEqual({});
  });

  it('is through once it goes on with the uplink that it should have', () => {
    expect(withoutSettled({ work: 'a' }, tree('b'), [uplink('b')], going)).toEqual({});
    expect(withoutSettled({ work: 'a' }, tree('none'), [], going)).toEqual({});
    expect(withoutSettled({ work: 'a' }, tree('b'), [], { ...going, runs: () => false })).toEqual({});
  });

  it('waits for the node to go on, and for its netvm to run', () => {
    const deferred = { work: 'a' };
    expect(withoutSettled(deferred, tree('b'), [uplink('a')], { ...going, paused: () => true })).toBe(deferred);
    expect(withoutSettled(deferred, tree('b'), [], going)).toBe(deferred);
  });
});
