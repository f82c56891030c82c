import { describe, expect, it } from 'vitest';
import type { Flow as KernelFlow } from '../../boundary/kernel.ts';
import type { FirewallRule } from '../../model/firewall-rule.ts';
import type { NodeNetwork } from '../../routing/node-network.ts';
import { flowAsSeen, forbiddenFlows } from './forbidden-flows.ts';

function network(firewall: readonly FirewallRule[], attached = true): NodeNetwork {
  const address = { mac: '', ip: '10.137.0.2', ip6: undefined, fake: undefined };
  const client = { name: 'work', number: 2, ...address, attached, forwarded: false, firewall };
  const gateways = { gateway: '10.137.0.1', gateway6: undefined };
  const provider = { ...gateways, clients: [client], resolvers: ['192.0.2.9'], resolved: new Map(), forwards: [] };
  return { ipv6: false, forwarded: [], provider };
}

const open = network([{ action: 'accept' }]);
const web = network([{ action: 'accept', proto: 'tcp', ports: { from: 80, to: 1000 } }]);
const dns = network([{ action: 'accept', specialTarget: 'dns' }]);
const flow = (destinationPort: number, more: Partial<KernelFlow> = {}): KernelFlow => {
  return { family: 4, proto: 6, source: '10.137.0.2', destination: '192.0.2.1', sourcePort: 4000, destinationPort, ...more };
};
const asked = flow(53, { proto: 17, destination: '10.139.1.1', translated: { destination: '192.0.2.9', destinationPort: 53 } });

describe('flows that new rules forbid', () => {
  it('are those that they would not let begin', () => {
    const isForbidden = forbiddenFlows(open, web);
    const flows = [flow(443), flow(22), flow(443, { source: '10.137.0.3' }), flow(22, { source: '10.137.0.3' }), asked];
    expect(flows.map((each) => isForbidden?.(flowAsSeen(each)))).toEqual([false, true, false, false, true]);
  });

  it('are looked at where they really go', () => {
    expect([asked, flow(53)].map((each) => forbiddenFlows(open, dns)?.(flowAsSeen(each)))).toEqual([false, true]);
  });

  it('are none while no firewall of a client that stays is another', () => {
    expect(forbiddenFlows(web, web)).toBeUndefined();
    expect(forbiddenFlows(undefined, web)).toBeUndefined();
    expect(forbiddenFlows(network([], false), web)).toBeUndefined();
    expect(forbiddenFlows(open, network([], false))).toBeUndefined();
    expect(forbiddenFlows(open, undefined)).toBeUndefined();
  });
});
