import type { Flow, KernelOp } from '../boundary/kernel.ts';
import { inside } from './command-words.ts';

/** Protocols that conntrack(8) knows by name. */
const names = new Map([
  [1, 'icmp'],
  [6, 'tcp'],
  [17, 'udp'],
  [33, 'dccp'],
  [47, 'gre'],
  [58, 'icmpv6'],
  [132, 'sctp'],
  [136, 'udplite'],
]);

/** conntrack(8) takes one condition of each kind: all of them must be met. */
export function flowsText({ addresses, netns }: Extract<KernelOp, { op: 'flows-delete' }>): string[] {
  return addresses.flatMap((address) => {
    const command = `${inside(netns)}conntrack -D -f ${address.includes(':') ? 'ipv6' : 'ipv4'}`;
    return ['--orig-src', '--orig-dst', '--reply-src', '--reply-dst'].map((end) => `${command} ${end} ${address}`);
  });
}

export function flowText({ flow, netns }: Extract<KernelOp, { op: 'flow-delete' }>): string {
  const { destination, family, proto, source } = flow;
  const words = [`-p ${names.get(proto) ?? proto}`, `--orig-src ${source}`, `--orig-dst ${destination}`, ...layer4(flow)];
  return `${inside(netns)}conntrack -D -f ipv${family} ${words.join(' ')}`;
}

function layer4({ destinationPort, icmpCode, icmpId, icmpType, proto, sourcePort }: Flow): string[] {
  const icmp = `--${names.get(proto)}`;
  return [
    ...(sourcePort === undefined ? [] : [`--sport ${sourcePort}`]),
    ...(destinationPort === undefined ? [] : [`--dport ${destinationPort}`]),
    ...(icmpType === undefined ? [] : [`${icmp}-type ${icmpType}`]),
    ...(icmpCode === undefined ? [] : [`${icmp}-code ${icmpCode}`]),
    ...(icmpId === undefined ? [] : [`${icmp}-id ${icmpId}`]),
  ];
}
