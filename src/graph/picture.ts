import type { LabStatus, NodeState, PortStatus } from '../model/lab-status.ts';
import type { Link, NodeKind, Topology } from '../model/topology.ts';

export interface PicturePort {
  readonly name: string;
  readonly tooltip: string;
  /** The node at the other end, where the port has a link. */
  readonly peer: string | undefined;
}

export interface PictureNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Below the name: the template, or what the node is. */
  readonly caption: string;
  /** More lines below, of which each says one thing. */
  readonly details: readonly string[];
  /** undefined where the lab does not run. */
  readonly state: NodeState | undefined;
  readonly tooltip: string;
  readonly ports: readonly PicturePort[];
}

export interface PictureLink {
  readonly tail: string;
  readonly tailPort: string | undefined;
  readonly head: string;
  readonly headPort: string | undefined;
  readonly plugged: boolean;
  /** Whether the link is an uplink, whose provider is its tail: one that is there, or one that waits for either of its nodes. */
  readonly uplink: 'attached' | 'waiting' | undefined;
  /** Lines beside it. */
  readonly label: readonly string[];
  readonly tooltip: string;
}

/** What every picture of a lab shows, whatever it is drawn with. */
export interface Picture {
  readonly name: string;
  readonly nodes: readonly PictureNode[];
  readonly links: readonly PictureLink[];
}

/** An uplink to be drawn. */
export interface DrawnUplink {
  readonly client: string;
  readonly provider: string;
  /** Of the client: IPv4, and IPv6 where it has it; empty where nobody knows. */
  readonly addresses: readonly string[];
  /** What carries it, the provider at its tail; undefined while it is not attached. */
  readonly link: Link | undefined;
}

const CAPTIONS: Readonly<Record<NodeKind, string>> = {
  vm: 'virtual machine',
  namespace: 'namespace',
  hub: 'shared segment',
  host: 'this machine',
  internet: 'uplink',
  drawing: '',
};

/** A topology with its uplinks and, where the lab runs, what is true of it now. */
export function pictureOf(topology: Topology, status: LabStatus | undefined, uplinks: readonly DrawnUplink[] = []): Picture {
  const states = new Map((status?.nodes ?? []).map((node) => [node.name, node]));
  const ports = new Map<string, Map<string, PicturePort>>(topology.nodes.map((node) => [node.name, new Map()]));
  const live = (node: string, port: string | undefined) => states.get(node)?.ports.find((candidate) => candidate.name === port);
  const carried = uplinks.flatMap(({ link }) => link ?? []);
  const links = [...topology.links, ...carried].map((link) => {
    const [tail, head] = [live(link.tail.node, link.tail.port), live(link.head.node, link.head.port)];
    for (const [end, peer, state, side] of [
      [link.tail, link.head, tail, 'tail'] as const,
      [link.head, link.tail, head, 'head'] as const,
    ]) {
      if (end.port === undefined) continue;
      ports.get(end.node)?.set(end.port, { name: end.port, tooltip: portTooltip(end.port, link, side, state), peer: peer.node });
    }
    return pictureLink(link, tail, head);
  });
  for (const node of topology.nodes) {
    const known = ports.get(node.name);
    for (const port of node.labelPorts)
      if (known?.has(port) === false) known.set(port, { name: port, tooltip: `${port}: no link`, peer: undefined });
  }
  const nodes = topology.nodes.map((node): PictureNode => {
    const state = states.get(node.name);
    const pid = state?.pid === undefined ? '' : `, process ${state.pid}`;
    return {
      name: node.name,
      kind: node.kind,
      caption: state?.template || node.template || CAPTIONS[node.kind],
      details: [],
      state: state?.state,
      tooltip:
        state === undefined ? `${node.name}: ${CAPTIONS[node.kind] || 'drawn only'}` : `${node.name}: ${state.state}${pid}`,
      ports: [...(ports.get(node.name)?.values() ?? [])],
    };
  });
  const waiting = uplinks.flatMap((uplink) => (uplink.link === undefined ? [waitingUplink(uplink, status !== undefined)] : []));
  const attached = new Set(carried.map(({ id }) => id));
  const made = links.map(({ id, ...link }) => (attached.has(id) ? { ...link, uplink: 'attached' as const } : link));
  return { name: topology.name, nodes, links: [...made, ...waiting] };
}

/** An uplink that is not made: while nothing runs it is drawn as it will be. */
function waitingUplink({ client, provider }: DrawnUplink, runs: boolean): PictureLink {
  return {
    tail: provider,
    tailPort: undefined,
    head: client,
    headPort: undefined,
    plugged: true,
    uplink: runs ? 'waiting' : 'attached',
    label: [],
    tooltip: `${provider} is the netvm of ${client}${runs ? ', and not attached now' : ''}`,
  };
}

function pictureLink(
  link: Link,
  tail: PortStatus | undefined,
  head: PortStatus | undefined,
): PictureLink & { readonly id: string } {
  const plugged =
    [tail, head].every((port) => port?.link !== 'off') &&
    (tail !== undefined || head !== undefined || link.attributes['qn_link'] !== 'off');
  return {
    id: link.id,
    tail: link.tail.node,
    tailPort: link.tail.port,
    head: link.head.node,
    headPort: link.head.port,
    plugged,
    uplink: undefined,
    label: [],
    tooltip: `${endText(link.tail)} to ${endText(link.head)}${plugged ? '' : ', unplugged'}`,
  };
}

function endText({ node, port }: { node: string; port: string | undefined }): string {
  return port === undefined ? node : `${node}:${port}`;
}

function portTooltip(name: string, link: Link, side: 'tail' | 'head', state: PortStatus | undefined): string {
  const mac = state?.mac || link.attributes[`qn_${side}mac`];
  const addresses = state?.addresses ?? (link.attributes[`qn_${side}ip`] || '').split(',').filter((text) => text !== '');
  const carrier = state === undefined || state.carrier ? [] : ['no carrier'];
  return [name, ...(mac ? [mac] : []), ...addresses, ...carrier].join(', ');
}
