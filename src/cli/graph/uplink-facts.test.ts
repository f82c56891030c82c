import { describe, expect, it } from 'vitest';
import type { Attributes, Topology } from '../../model/topology.ts';
import { idleLab, uplinkFacts } from './uplink-facts.ts';

function topology(nodes: Readonly<Record<string, Attributes>>): Topology {
  const all = Object.entries(nodes).map(([name, attributes]) => ({
    ...{ name, kind: 'namespace' as const, template: 'namespace' },
    ...{ attributes, labelPorts: [] },
  }));
  return { name: 'lab', attributes: {}, nodes: all, links: [] };
}

const lab = idleLab(
  topology({
    net: { qn_provides_network: 'true', 'feature.ipv6': '1' },
    vpn: { qn_provides_network: 'true', qn_netvm: 'net' },
    work: { qn_netvm: 'vpn' },
    fake: { qn_netvm: 'net', 'feature.net.fake-ip': '192.168.1.128' },
  }),
);
const carrier = (tail: string, port: string) => ({
  ...{ id: `${tail}:${port}--work:eth0`, tail: { node: tail, port } },
  ...{ head: { node: 'work', port: 'eth0' }, attributes: {} },
});

describe('uplinkFacts', () => {
  it('gives clients the addresses that they will have', () => {
    expect(uplinkFacts(lab, 0)).toEqual({
      uplinks: [
        { client: 'vpn', provider: 'net', addresses: ['10.137.0.2', 'fd09:24ef:4179::a89:2'], link: undefined },
        { client: 'work', provider: 'vpn', addresses: ['10.137.0.3', 'fd09:24ef:4179::a89:3'], link: undefined },
        { client: 'fake', provider: 'net', addresses: ['10.137.0.4, seen as 192.168.1.128'], link: undefined },
      ],
      gateways: new Map([['net', ['10.137.0.1', 'fd09:24ef:4179::a89:1']]]),
      now: 0,
    });
  });

  it('tells what is attached, also to the provider before, from other connections', () => {
    const of = (...connections: ReturnType<typeof carrier>[]) =>
      uplinkFacts({ ...lab, connections }, 0).uplinks.flatMap(({ client, provider, link }) =>
        client === 'work' ? [[provider, link?.id]] : [],
      );
    expect(of(carrier('vpn', 'vif3.0'))).toEqual([['vpn', 'vpn:vif3.0--work:eth0']]);
    expect(of(carrier('vpn', 'work'))).toEqual([['vpn', undefined]]);
    expect(of(carrier('net', 'vif3.0'))).toEqual([
      ['net', 'net:vif3.0--work:eth0'],
      ['vpn', undefined],
    ]);
  });
});
