import { uplinkInterface } from '../../address/uplink-addresses.ts';
import type { Desired } from '../../api/contract.ts';
import type { LabStatus } from '../../model/lab-status.ts';
import type { PortForwardWay } from '../../model/port-forward-ways.ts';

/** What keeps a forwarded port from being reached now, in a few words; undefined where nothing does. */
export function whyForwardWaits(
  { providers, target }: Pick<PortForwardWay, 'providers' | 'target'>,
  { nodes }: Pick<LabStatus, 'nodes'>,
  { connections, numbers }: Pick<Desired, 'connections' | 'numbers'>,
): string | undefined {
  const hops = [...providers, target];
  for (const [at, name] of hops.entries()) {
    const state = nodes.find((node) => node.name === name)?.state ?? 'stopped';
    if (state !== 'running') return `${name} is ${state}`;
    const provider = hops[at - 1];
    const port = uplinkInterface(numbers[name] ?? 0);
    const attached = connections.some(({ tail, head }) => tail.node === provider && tail.port === port && head.node === name);
    if (provider !== undefined && !attached) return `${name} is not attached to ${provider}`;
  }
  return undefined;
}
