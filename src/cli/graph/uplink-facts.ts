import { nodeNumbers } from '../../address/node-numbers.ts';
import { uplinkInterface } from '../../address/uplink-addresses.ts';
import type { Desired } from '../../api/contract.ts';
import type { DrawnUplink } from '../../graph/picture.ts';
import type { UplinkFacts } from '../../graph/uplinks-picture.ts';
import type { Link, Topology } from '../../model/topology.ts';
import { isNetworked, numberedNodes, uplinkTree } from '../../model/uplink-tree.ts';
import { addressesOf, termsOf, type UplinkTerms } from '../../routing/uplink-terms.ts';

/** What of a lab a picture of its uplinks needs. */
export type PicturedLab = Pick<Desired, 'topology' | 'connections' | 'numbers'>;

/** A lab that does not run; its nodes have the numbers that they will be given. */
export function idleLab(topology: Topology): PicturedLab {
  return { topology, connections: [], numbers: nodeNumbers(numberedNodes(topology), {}) };
}

/** The uplinks that are there, and those that should be. */
export function uplinkFacts(lab: PicturedLab, now: number): UplinkFacts {
  const { connections, numbers, topology } = lab;
  const tree = uplinkTree(topology);
  const uplinks = [...tree.nodes.values()].flatMap(({ name: client, netvm }): DrawnUplink[] => {
    const terms = termsOf(tree, numbers, client);
    const addresses = terms === undefined ? [] : addressLines(terms);
    const carriers = connections.filter((link) => link.head.node === client && isUplink(link, numbers));
    const made = carriers.map((link) => ({ client, provider: link.tail.node, addresses, link }));
    const isMade = netvm === undefined || made.some(({ provider }) => provider === netvm);
    return isMade ? made : [...made, { client, provider: netvm, addresses, link: undefined }];
  });
  const tops = [...tree.nodes.values()].filter((node) => isNetworked(node) && node.netvm === undefined);
  const gateways = tops.map(({ name }): [string, readonly string[]] => {
    const { ip, ip6 } = addressesOf(tree, numbers, name) ?? {};
    return [name, [ip, ip6].filter((address) => address !== undefined)];
  });
  return { uplinks, gateways: new Map(gateways), now };
}

/** The real addresses of a client; one that believes to have another has no IPv6. */
function addressLines({ ip, ip6, visibleIp }: UplinkTerms): readonly string[] {
  if (visibleIp !== ip) return [`${ip}, seen as ${visibleIp}`];
  return ip6 === undefined ? [ip] : [ip, ip6];
}

/** Links of the feature attach-network-to are among the connections, too. */
export function isUplink({ tail, head }: Link, numbers: Desired['numbers']): boolean {
  const number = numbers[head.node];
  return number !== undefined && tail.port === uplinkInterface(number);
}
