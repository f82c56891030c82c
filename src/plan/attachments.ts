import { attachedMac, attachedName, nextEthernetName } from '../address/attached-name.ts';
import { ATTACH_NETWORK_TO, parseAttachNetworkTo } from '../model/attach-network-to.ts';
import { nicsOf } from '../model/machine-devices.ts';
import type { Link, Topology, TopologyNode } from '../model/topology.ts';

/** A connection of the feature `attach-network-to` that is to exist now, and the names of its two interfaces. */
export interface Connection {
  readonly backend: string;
  readonly frontend: string;
  /** The MAC that the feature forces on the frontend's interface. */
  readonly mac: string | undefined;
  readonly backendPort: string;
  readonly frontendPort: string;
}

/** What decides which connections exist. */
export interface NodeFacts {
  readonly runs: (node: string) => boolean;
  readonly paused: (node: string) => boolean;
}

/**
 * The connections that should exist, given those that do: the union over all backends of the frontends that their features name, as long as
 * both run. One that is there stays while its nodes are paused; a new one is made only while neither is (the documentation and the events
 * of Qubes' arbitrary network topology add-on). A changed MAC makes it another connection. The frontend's interface is the next free ethN
 * at the time, the backend's is named after the frontend. `others` are links that take ports, too.
 */
export function connectionsOf(
  topology: Topology,
  before: readonly Connection[],
  facts: NodeFacts,
  others: readonly Link[] = [],
): readonly Connection[] {
  const wanted = wantedAttachments(topology);
  if (wanted.length === 0) return [];
  const names = new Set(topology.nodes.filter(({ kind }) => kind === 'vm' || kind === 'namespace').map(({ name }) => name));
  const alive = wanted.filter(({ backend, frontend }) =>
    [backend, frontend].every((node) => names.has(node) && facts.runs(node)),
  );
  const ports = new TakenPorts(topology.nodes, [...topology.links, ...others]);
  const connections: (Connection | undefined)[] = alive.map((attachment) => {
    const kept = before.find((connection) => isSame(connection, attachment));
    if (kept === undefined || !ports.take(kept)) return undefined;
    return kept;
  });
  return connections.flatMap((kept, at) => {
    const attachment = alive[at];
    if (kept !== undefined) return [kept];
    if (attachment === undefined || facts.paused(attachment.backend) || facts.paused(attachment.frontend)) return [];
    return [ports.assign(attachment)];
  });
}

/** The link that carries a connection; the backend is its tail. */
export function connectionLink({ backend, frontend, mac, backendPort, frontendPort }: Connection): Link {
  return {
    id: `${backend}:${backendPort}--${frontend}:${frontendPort}`,
    tail: { node: backend, port: backendPort },
    head: { node: frontend, port: frontendPort },
    attributes: {
      qn_tailmac: attachedMac(backend, frontend, 'backend'),
      qn_headmac: mac ?? attachedMac(backend, frontend, 'frontend'),
    },
  };
}

type Wanted = Pick<Connection, 'backend' | 'frontend' | 'mac'>;

function wantedAttachments({ nodes }: Topology): Wanted[] {
  return nodes.flatMap(({ name: backend, attributes }) => {
    const value = attributes[ATTACH_NETWORK_TO];
    return value ? parseAttachNetworkTo(value, backend).attachments.map(({ frontend, mac }) => ({ backend, frontend, mac })) : [];
  });
}

function isSame(connection: Connection, { backend, frontend, mac }: Wanted): boolean {
  return connection.backend === backend && connection.frontend === frontend && connection.mac === mac;
}

/** The ports that are in use, by node: those of the topology's own links, those of connections, and interfaces of the machine. */
class TakenPorts {
  readonly #byNode = new Map<string, Set<string>>();

  constructor(nodes: readonly TopologyNode[], links: readonly Link[]) {
    for (const node of nodes) for (const nic of nicsOf(node)) this.#of(node.name).add(nic);
    for (const { tail, head } of links) {
      for (const { node, port } of [tail, head]) if (port !== undefined) this.#of(node).add(port);
    }
  }

  /** Keeps the ports of a connection that is there; false where a link has taken one meanwhile. */
  take({ backend, frontend, backendPort, frontendPort }: Connection): boolean {
    if (this.#of(backend).has(backendPort) || this.#of(frontend).has(frontendPort)) return false;
    this.#of(backend).add(backendPort);
    this.#of(frontend).add(frontendPort);
    return true;
  }

  assign({ backend, frontend, mac }: Wanted): Connection {
    const backendPort = attachedName(frontend, (name) => this.#of(backend).has(name));
    this.#of(backend).add(backendPort);
    const frontendPort = nextEthernetName(this.#of(frontend));
    this.#of(frontend).add(frontendPort);
    return { backend, frontend, mac, backendPort, frontendPort };
  }

  #of(node: string): Set<string> {
    const known = this.#byNode.get(node);
    if (known !== undefined) return known;
    const fresh = new Set<string>();
    this.#byNode.set(node, fresh);
    return fresh;
  }
}
