import { describe, expect, it } from 'vitest';
import type { NodeNumbers } from '../address/node-numbers.ts';
import type { Attributes, Link, NodeKind, Topology } from '../model/topology.ts';
import { uplinkTree } from '../model/uplink-tree.ts';
import type { Connection } from './attachments.ts';
import { type Uplink, uplinkLink, uplinksOf } from './uplinks.ts';

const provider = { qn_provides_network: 'true' };
const numbers: NodeNumbers = { net: 1, fw: 2, work: 3, other: 4 };

interface Given {
  readonly attributes?: Readonly<Record<string, Attributes>>;
  readonly kind?: NodeKind;
  readonly links?: readonly Link[];
  readonly connections?: readonly Connection[];
  readonly runs?: readonly string[];
  readonly paused?: readonly string[];
}

const usual: Record<string, Attributes> = {
  net: provider,
  fw: { ...provider, qn_netvm: 'net' },
  work: { qn_netvm: 'fw' },
  other: {},
};

/** What exists next, given what exists. */
function next(before: readonly Uplink[], given: Given = {}): readonly Uplink[] {
  const { connections = [], kind = 'namespace', links = [], paused = [], runs = ['net', 'fw', 'work', 'other'] } = given;
  const topology: Topology = {
    name: 'lab',
    attributes: {},
    nodes: Object.entries({ ...usual, ...given.attributes }).map(([name, attributes]) => ({
      name,
      kind,
      template: 'x',
      attributes,
      labelPorts: [],
    })),
    links,
  };
  const wishes = { topology, tree: uplinkTree(topology), numbers, connections };
  return uplinksOf(wishes, before, { runs: (node) => runs.includes(node), paused: (node) => paused.includes(node) });
}

const brief = (uplinks: readonly Uplink[]) =>
  uplinks.map(({ client, clientPort, provider: netvm, providerPort }) => `${netvm}:${providerPort} ${client}:${clientPort}`);

describe('uplinksOf', () => {
  it('joins each client to its netvm as soon as both run', () => {
    expect(brief(next([], { runs: ['work'] }))).toEqual([]);
    expect(brief(next([]))).toEqual(['net:vif2.0 fw:eth0', 'fw:vif3.0 work:eth0']);
  });

  it('gives back what there is while nothing changes', () => {
    const there = next([]);
    expect(next(there)).toBe(there);
  });

  it('case 6: a changed netvm takes the place of the one before; none takes the uplink away; one from none is made', () => {
    const there = next([]);
    const changed = next(there, { attributes: { work: { qn_netvm: 'net' } } });
    expect(brief(changed)).toEqual(['net:vif2.0 fw:eth0', 'net:vif3.0 work:eth0']);
    expect(brief(next(changed, { attributes: { work: {} } }))).toEqual(['net:vif2.0 fw:eth0']);
    expect(brief(next(next(there, { attributes: { work: {} } })))).toEqual(brief(there));
  });

  it('case 7: nothing changes at a client that is paused, until it goes on', () => {
    const there = next([]);
    const elsewhere = { attributes: { work: { qn_netvm: 'net' } } };
    const waiting = next(there, { ...elsewhere, paused: ['work'] });
    expect(waiting).toBe(there);
    expect(brief(next(waiting, elsewhere))).toEqual(['net:vif2.0 fw:eth0', 'net:vif3.0 work:eth0']);
    const none = next(there, { attributes: { work: {} }, paused: ['work'] });
    expect(none).toBe(there);
    const fromNone = next([], { paused: ['work'], runs: ['fw', 'work'] });
    expect(fromNone).toEqual([]);
  });

  it('case 40: a paused client whose netvm ends loses its uplink, and has one again when both go on', () => {
    const there = next([]);
    const cut = next(there, { runs: ['net', 'work'], paused: ['work'] });
    expect(brief(cut)).toEqual([]);
    expect(brief(next(cut, { runs: ['net', 'fw', 'work'], paused: ['work'] }))).toEqual(['net:vif2.0 fw:eth0']);
    expect(brief(next(cut))).toEqual(brief(there));
  });

  it('case 48: an uplink goes with its netvm, and comes again with it', () => {
    const there = next([]);
    const cut = next(there, { runs: ['net', 'work'] });
    expect(brief(cut)).toEqual([]);
    expect(brief(next(cut))).toEqual(brief(there));
  });

  it('keeps the terms that it was attached on, whatever has changed since', () => {
    const there = next([]);
    expect(next(there, { attributes: { work: { qn_netvm: 'fw', qn_ip: '10.9.9.9' } } })).toBe(there);
    expect(there.map(({ terms }) => [terms.ip, terms.gateway])).toEqual([
      ['10.137.0.2', '10.137.0.1'],
      ['10.137.0.3', '10.137.0.2'],
    ]);
  });

  it('takes the next free ethN beside links and connections', () => {
    const end = (node: string, port: string) => ({ node, port });
    const links = [{ id: 'a', tail: end('work', 'eth0'), head: end('other', 'x'), attributes: {} }];
    const connection = { backend: 'other', frontend: 'work', mac: undefined, backendPort: 'work', frontendPort: 'eth1' };
    expect(brief(next([], { links, connections: [connection] })).at(1)).toBe('fw:vif3.0 work:eth2');
    expect(brief(next(next([]), { links })).at(1)).toBe('fw:vif3.0 work:eth1');
  });
});

describe('uplinkLink', () => {
  it('carries the MACs of both ends', () => {
    const [, work] = next([]).map(uplinkLink);
    expect(work).toMatchObject({
      id: 'fw:vif3.0--work:eth0',
      attributes: { qn_tailmac: 'fe:ff:ff:ff:ff:ff', qn_headmac: '00:16:3e:5e:6c:00' },
    });
  });

  it('gives the interfaces of a machine that provides MACs of their own', () => {
    const macs = next([], { kind: 'vm' }).map((uplink) => uplinkLink(uplink).attributes['qn_tailmac']);
    expect(new Set(macs).size).toBe(2);
    expect(macs).not.toContain('fe:ff:ff:ff:ff:ff');
  });
});
