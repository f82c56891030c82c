import { HostError } from '../../boundary/host-error.ts';
import type { Topology } from '../../model/topology.ts';
import { type UplinkFault, uplinkTree } from '../../model/uplink-tree.ts';

/**
 * Throws where an edit makes an uplink that cannot be: an unknown netvm, one that provides no network or would be a client of its client; a
 * provider that is taken away or stops providing while a node uses it; a netvm that does not run for a client that does (specs of Qubes
 * networking, section 2).
 */
export function refuseUplinks(before: Topology, after: Topology, runs: (node: string) => boolean): void {
  const [was, is] = [uplinkTree(before), uplinkTree(after)];
  const known = new Set(was.faults.map(({ node, code }) => `${node} ${code}`));
  const fresh = is.faults.find(({ node, code }) => !known.has(`${node} ${code}`));
  if (fresh !== undefined)
    throw inUse(was.nodes.get(fresh.node)?.netvm, fresh, after) ?? new HostError(fresh.code, fresh.message, fresh);
  for (const { name, netvm } of is.nodes.values()) {
    if (netvm === undefined || netvm === was.nodes.get(name)?.netvm || !runs(name) || runs(netvm)) continue;
    throw new HostError('not-running', `${name} runs and ${netvm} does not, so it cannot become the netvm of ${name}`, {
      hint: `start it first: weft start ${netvm}`,
    });
  }
}

/** The same fault seen from the provider, where it is the provider that the edit was about. */
function inUse(
  netvm: string | undefined,
  { code, netvm: wanted, node }: UplinkFault,
  { nodes }: Topology,
): HostError | undefined {
  if (netvm === undefined || netvm !== wanted || code === 'loop') return undefined;
  const what = nodes.some(({ name }) => name === netvm) ? 'it must go on providing network' : 'it cannot be removed';
  return new HostError('in-use', `${netvm} is the netvm of ${node}, so ${what}`, {
    hint: `give ${node} another netvm first: weft prefs ${node} netvm none`,
  });
}
