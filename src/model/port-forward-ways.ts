import type { Span } from './diagnostic.ts';
import { FORWARD, parsePortForwards } from './parse-port-forwards.ts';
import type { PortForwardWish } from './port-forward-wish.ts';
import type { Topology } from './topology.ts';
import { providersOf, type UplinkTree } from './uplink-tree.ts';

/** The way of a forwarded port from where it is opened down to its node. */
export interface PortForwardWay {
  readonly target: string;
  readonly wish: PortForwardWish;
  /** The one that opens the port first, the node's own netvm last; never empty. */
  readonly providers: readonly string[];
}

/** Why a port is not forwarded now. */
export interface PortForwardFault {
  readonly node: string;
  readonly wish: PortForwardWish;
  /** `taken`: another node has the port. `waiting`: the provider is not above the node, or nobody is. */
  readonly code: 'taken' | 'waiting';
  readonly message: string;
  readonly hint: string;
  /** Where it stands in the node's attribute. */
  readonly span: Span;
}

export interface PortForwardWays {
  readonly ways: readonly PortForwardWay[];
  readonly faults: readonly PortForwardFault[];
}

/** Whose a port of a node is. */
interface Claim {
  readonly key: string;
  readonly port: string;
  readonly node: string;
  readonly owner: string;
}

/**
 * The ways of all ports that nodes ask for, from the last provider that is not the machine's own way out unless another is named. On its way down a port keeps its outer number until the last provider gives it that of the node,
 * so it is taken at every provider on the way, and the port of the node itself, too. Of two that ask for the same, the first in the
 * topology has it, and the other is a fault.
 */
export function portForwardWays(topology: Topology, tree: UplinkTree): PortForwardWays {
  const ways: PortForwardWay[] = [];
  const faults: PortForwardFault[] = [];
  const taken = new Map<string, Claim>();
  const waysOut = new Set(topology.nodes.filter(({ kind }) => kind === 'internet').map(({ name }) => name));
  for (const node of topology.nodes) {
    const value = node.attributes[FORWARD];
    if (!value) continue;
    const above = providersOf(tree, node.name);
    const last = above.findLast((name) => !waysOut.has(name)) ?? above.at(-1);
    for (const { span, wish } of parsePortForwards(value, node.name).forwards) {
      const way = { target: node.name, wish, providers: wayDown(above, wish.provider ?? last) };
      const clash = way.providers.length === 0 ? undefined : clashOf(taken, way);
      if (way.providers.length === 0)
        faults.push({ node: node.name, wish, span, code: 'waiting', ...waiting(topology, way, above) });
      else if (clash !== undefined) faults.push({ node: node.name, wish, span, code: 'taken', ...clash });
      else ways.push(way);
    }
  }
  return { ways, faults };
}

/** From the provider that opens the port down; empty where it is none of those above. */
function wayDown(above: readonly string[], provider: string | undefined): readonly string[] {
  return above.slice(0, provider === undefined ? 0 : above.indexOf(provider) + 1).reverse();
}

/** Takes what the way needs, or tells who has it: then nothing is taken. */
function clashOf(
  taken: Map<string, Claim>,
  way: PortForwardWay,
): { readonly message: string; readonly hint: string } | undefined {
  const claims = claimsOf(way);
  for (const claim of claims) {
    const other = taken.get(claim.key);
    if (other === undefined || other.owner === claim.owner) continue;
    const message = `${claim.port} at ${claim.node} leads to ${other.owner} already, so it cannot lead to ${claim.owner}`;
    return { message, hint: 'give one of them another port: it is taken at every provider on the way down' };
  }
  for (const claim of claims) taken.set(claim.key, claim);
  return undefined;
}

function claimsOf({ providers, target, wish: { port, proto, targetPort } }: PortForwardWay): readonly Claim[] {
  const owner = `${target}:${targetPort}`;
  return [...providers.map((node) => ({ node, number: port })), { node: target, number: targetPort }].map(({ node, number }) => ({
    key: `${proto} ${number} ${node}`,
    port: `${proto} ${number}`,
    node,
    owner,
  }));
}

function waiting(
  { nodes }: Topology,
  { target, wish: { port, proto, provider } }: PortForwardWay,
  above: readonly string[],
): { readonly message: string; readonly hint: string } {
  const what = `${proto} ${port} is not forwarded to ${target}`;
  if (above.length === 0) return { message: `${what}, which has no uplink`, hint: `give ${target} a qn_netvm` };
  const hint = `above ${target} there ${above.length === 1 ? 'is' : 'are'} ${above.join(', ')}`;
  if (nodes.some(({ name }) => name === provider)) return { message: `${what}: ${provider} is not above it`, hint };
  return { message: `${what}: there is no node ${provider}`, hint };
}
