import { describe, expect, it } from 'vitest';
import { portForwardWays } from './port-forward-ways.ts';
import { portForwardText } from './port-forward-wish.ts';
import type { Attributes, Topology } from './topology.ts';
import { uplinkTree } from './uplink-tree.ts';

/** Nodes as `name < netvm`, those that others name provide network; and what each asks for. */
function ways(tree: string, wishes: Readonly<Record<string, string>>) {
  const pairs = tree.split(', ').map((text) => text.split(' < '));
  const nodes = pairs.map(([name = '', netvm]) => {
    const attributes: Attributes = {
      ...(netvm === undefined ? {} : { qn_netvm: netvm }),
      ...(pairs.some(([, other]) => other === name) ? { qn_provides_network: 'true' } : {}),
      ...(wishes[name] === undefined ? {} : { qn_forward: wishes[name] }),
    };
    const kind = name === 'internet' ? ('internet' as const) : ('namespace' as const);
    return { name, kind, template: 'namespace', attributes, labelPorts: [] };
  });
  const topology: Topology = { name: 'lab', attributes: {}, nodes, links: [] };
  const found = portForwardWays(topology, uplinkTree(topology));
  return {
    ways: found.ways.map(({ providers, target, wish }) => `${portForwardText(wish)}: ${[...providers, target].join(' ')}`),
    faults: found.faults.map(({ code, message, hint }) => `${code}: ${message}; ${hint}`),
  };
}

const CHAIN = 'net, firewall < net, vpn < firewall, work < vpn, other < vpn';
const ELSEWHERE = 'give one of them another port: it is taken at every provider on the way down';

describe('the ways of forwarded ports', () => {
  it('begin at the last provider, or at the one that is named', () => {
    expect(ways(CHAIN, { work: 'tcp 8080:80\nudp 53 from firewall\ntcp 22 from vpn', firewall: 'tcp 2222:22' })).toEqual({
      ways: [
        'tcp 2222:22: net firewall',
        'tcp 8080:80: net firewall vpn work',
        'udp 53 from firewall: firewall vpn work',
        'tcp 22 from vpn: vpn work',
      ],
      faults: [],
    });
  });

  it('begin below the way out of the machine, through which nobody comes in, unless it is all that there is', () => {
    const tree = 'internet, net < internet, work < net, box < internet';
    expect(ways(tree, { work: 'tcp 80\ntcp 81 from internet', box: 'tcp 82' }).ways).toEqual([
      'tcp 80: net work',
      'tcp 81 from internet: internet net work',
      'tcp 82: internet box',
    ]);
  });

  it('wait for a provider that is not above the node', () => {
    expect(
      ways(`${CHAIN}, side, guest < side`, { net: 'tcp 1', work: 'tcp 2 from nte\ntcp 3 from side', guest: 'tcp 4 from net' }),
    ).toEqual({
      ways: [],
      faults: [
        'waiting: tcp 1 is not forwarded to net, which has no uplink; give net a qn_netvm',
        'waiting: tcp 2 is not forwarded to work: there is no node nte; above work there are vpn, firewall, net',
        'waiting: tcp 3 is not forwarded to work: side is not above it; above work there are vpn, firewall, net',
        'waiting: tcp 4 is not forwarded to guest: net is not above it; above guest there is side',
      ],
    });
  });

  it.each([
    [
      'at the same provider',
      { work: 'tcp 8080:80', other: 'tcp 8080' },
      'tcp 8080 at net leads to work:80 already, so it cannot lead to other:8080',
    ],
    [
      'on the way of the other',
      { work: 'tcp 22', other: 'tcp 22 from vpn' },
      'tcp 22 at vpn leads to work:22 already, so it cannot lead to other:22',
    ],
    [
      'that is the own one of a provider',
      { firewall: 'tcp 2222:22', work: 'tcp 22' },
      'tcp 22 at firewall leads to firewall:22 already, so it cannot lead to work:22',
    ],
    [
      'of one node for two of its own',
      { work: 'tcp 80\ntcp 80:81 from vpn' },
      'tcp 80 at vpn leads to work:80 already, so it cannot lead to work:81',
    ],
  ])('cannot share a port %s', (_name, wishes, message) => {
    const found = ways(CHAIN, wishes);
    expect(found.faults).toEqual([`taken: ${message}; ${ELSEWHERE}`]);
    expect(found.ways).toHaveLength(1);
  });

  it('share nothing below different providers, nor as different protocols', () => {
    const found = ways(`${CHAIN}, side, guest < side`, { work: 'tcp 80\nudp 80', guest: 'tcp 80', other: 'tcp 81:80' });
    expect(found.faults).toEqual([]);
    expect(found.ways).toHaveLength(4);
  });

  it('are one where a node opens the same at two providers', () => {
    expect(ways(CHAIN, { work: 'tcp 80\ntcp 80 from vpn' }).faults).toEqual([]);
  });
});
