import { type Attributes, FEATURE, isTaken, linesOf, linkId, merged, nodeOf, type Plan, type PlannedLink } from './plan.ts';

/** A connection that attach-network-to asks for. Names of interfaces are learned where they are first seen. */
export interface Connection {
  readonly backend: string;
  readonly frontend: string;
  readonly mac: string | undefined;
  backendPort: string | undefined;
  frontendPort: string | undefined;
}

/** An interface that a node must have. */
export interface ExpectedPort {
  readonly node: string;
  readonly name: string;
  readonly peer: string;
  readonly on: boolean;
  /** Only its carrier is switched: it stays up, since the other end is out of sight. */
  readonly staysUp: boolean;
  readonly mtu: number;
}

/** What a lab is made of that no command changes. */
export interface Nature {
  readonly hubs: ReadonlySet<string>;
  readonly vms: ReadonlySet<string>;
  /** Nodes that there may be; with `fixed` there are no others, and they do not go. */
  readonly names: readonly string[];
  readonly fixed: boolean;
}

/**
 * What a lab should be, said in another way than the engine does: commands change it as the documentation says, and the kernel
 * is compared with it.
 */
export class LabModel {
  /** The file that the lab took last. */
  base: Plan;
  desired: Plan;
  readonly nature: Nature;
  wanted = new Set<string>();
  alive = new Set<string>();
  paused = new Set<string>();
  /** Links whose wire exists, by id. */
  readonly made = new Set<string>();
  connections: Connection[] = [];
  /** Connections whose cable is pulled, by link id. */
  readonly unplugged = new Set<string>();

  constructor(file: Plan, nature: Nature) {
    this.base = file;
    this.desired = file;
    this.nature = nature;
  }

  /** The same model, to go another way. */
  clone(): LabModel {
    const copy = new LabModel(this.base, this.nature);
    copy.desired = this.desired;
    for (const name of ['wanted', 'alive', 'paused', 'made', 'unplugged'] as const) {
      for (const each of this[name]) copy[name].add(each);
    }
    copy.connections = this.connections.map((connection) => ({ ...connection }));
    return copy;
  }

  get nodes(): string[] {
    return [...this.desired.nodes.keys()].filter((name) => !this.nature.hubs.has(name));
  }

  start(nodes: readonly string[]): void {
    if (this.alive.size === 0) this.wanted.clear();
    for (const node of nodes) {
      if (!this.alive.has(node)) this.paused.delete(node);
      this.wanted.add(node);
      this.alive.add(node);
    }
    this.settle();
  }

  stop(nodes: readonly string[]): void {
    for (const node of nodes) for (const set of [this.wanted, this.alive, this.paused]) set.delete(node);
    this.settle();
  }

  /** Its process is gone, and nobody asked for that. */
  lose(node: string): void {
    this.alive.delete(node);
    this.settle();
  }

  pause(nodes: readonly string[], paused: boolean): void {
    for (const node of nodes) {
      if (!this.alive.has(node)) continue;
      if (paused) this.paused.add(node);
      else this.paused.delete(node);
    }
    this.settle();
  }

  create(node: string, attributes: Attributes): void {
    this.desired = { ...this.desired, nodes: new Map([...this.desired.nodes, [node, attributes]]) };
    this.settle();
  }

  remove(node: string): void {
    const nodes = new Map(this.desired.nodes);
    nodes.delete(node);
    const links = new Map([...this.desired.links].filter(([, { tail, head }]) => nodeOf(tail) !== node && nodeOf(head) !== node));
    this.desired = { nodes, links };
    for (const set of [this.wanted, this.alive, this.paused]) set.delete(node);
    this.settle();
  }

  attach(link: PlannedLink): void {
    if (isTaken(this.desired, link.tail) || isTaken(this.desired, link.head)) throw new Error('the test attached a port twice');
    this.desired = { ...this.desired, links: new Map([...this.desired.links, [linkId(link), link]]) };
    this.settle();
  }

  detach(id: string): void {
    const links = new Map(this.desired.links);
    links.delete(id);
    this.desired = { ...this.desired, links };
    this.settle();
  }

  /** A link gives way to another, in one change. */
  move(id: string, link: PlannedLink): void {
    const links = new Map(this.desired.links);
    links.delete(id);
    const others = { ...this.desired, links };
    if (isTaken(others, link.tail) || isTaken(others, link.head)) throw new Error('the test attached a port twice');
    links.set(linkId(link), link);
    this.desired = others;
    this.settle();
  }

  setNode(node: string, name: string, value: string | null): void {
    const attributes = withAttribute(this.desired.nodes.get(node) ?? {}, name, value);
    this.desired = { ...this.desired, nodes: new Map([...this.desired.nodes, [node, attributes]]) };
    this.settle();
  }

  setLink(id: string, name: string, value: string | null): void {
    const link = this.desired.links.get(id);
    if (link === undefined) throw new Error(`the model has no link ${id}`);
    const changed = { ...link, attributes: withAttribute(link.attributes, name, value) };
    this.desired = { ...this.desired, links: new Map([...this.desired.links, [id, changed]]) };
  }

  /** The cable at a port, also of a connection. */
  plug(end: string, on: boolean): void {
    const link = [...this.desired.links].find(([, { tail, head }]) => tail === end || head === end)?.[0];
    const connection = this.connections.find((each) => endsOf(each).includes(end));
    if (link !== undefined)
      this.setLink(link, 'qn_link', on ? (this.base.links.get(link)?.attributes['qn_link'] === undefined ? null : 'on') : 'off');
    else if (connection !== undefined && on) this.unplugged.delete(idOf(connection));
    else if (connection !== undefined) this.unplugged.add(idOf(connection));
  }

  apply(file: Plan | undefined, discard: boolean): void {
    const before = this.desired;
    if (file !== undefined) {
      this.desired = (discard ? file : merged(this.base, this.desired, file)) ?? this.desired;
      this.base = file;
    }
    if (discard) this.unplugged.clear();
    const names = new Set(this.nodes);
    for (const set of [this.wanted, this.alive, this.paused]) for (const name of set) if (!names.has(name)) set.delete(name);
    for (const name of names) if (!before.nodes.has(name)) this.wanted.add(name);
    // What the new topology asks of those that run comes first, then those that were lost or are new come up.
    this.settle();
    for (const name of this.wanted) {
      if (!this.alive.has(name)) this.paused.delete(name);
      this.alive.add(name);
    }
    this.settle();
  }

  /** Brings wires and connections to what nodes and features say now. */
  settle(): void {
    for (const id of this.made) {
      if (this.desired.links.has(id)) continue;
      this.made.delete(id);
      // One between the same ports takes the wire over, whoever runs; ports of hubs are those of their links.
      const [tail = '', head = ''] = id.split('--');
      const turned = linkId({ tail: head, head: tail });
      if (this.desired.links.has(turned) && tail.includes(':') && head.includes(':')) this.made.add(turned);
    }
    for (const [id, { tail, head }] of this.desired.links) {
      if (this.alive.has(nodeOf(tail)) || this.alive.has(nodeOf(head))) this.made.add(id);
    }
    const wanted = [...this.desired.nodes].flatMap(([backend, attributes]) => attachments(backend, attributes[FEATURE] ?? ''));
    const possible = wanted.filter(({ backend, frontend }) => this.alive.has(backend) && this.alive.has(frontend));
    this.connections = possible.flatMap((wish): Connection[] => {
      const kept = this.connections.find(
        ({ backend, frontend, mac }) => backend === wish.backend && frontend === wish.frontend && mac === wish.mac,
      );
      if (kept !== undefined) {
        const lost = endsOf(kept).some((end) => isTaken(this.desired, end));
        if (!lost) return [kept];
      }
      return this.paused.has(wish.backend) || this.paused.has(wish.frontend) ? [] : [wish];
    });
  }

  isOn({ tail, head, attributes }: PlannedLink): boolean {
    const together = [tail, head].every((end) => this.nature.hubs.has(nodeOf(end)) || this.alive.has(nodeOf(end)));
    return together && attributes['qn_link'] !== 'off';
  }

  /** The kernel's end of it is in the panel. */
  isHidden(end: string): boolean {
    return this.nature.hubs.has(nodeOf(end)) || this.nature.vms.has(nodeOf(end));
  }

  /** Ports of the topology's own links that must exist; those of connections are told by `connections`. */
  expectedPorts(): ExpectedPort[] {
    return [...this.desired.links].flatMap(([id, link]) => {
      if (!this.made.has(id)) return [];
      const on = this.isOn(link);
      const staysUp = this.isHidden(link.tail) || this.isHidden(link.head);
      const mtu = Number(link.attributes['qn_mtu'] ?? 1500);
      return [
        [link.tail, link.head],
        [link.head, link.tail],
      ].map(([end = '', peer = '']) => ({ node: nodeOf(end), name: end.split(':')[1] ?? '', peer, on, staysUp, mtu }));
    });
  }
}

export function idOf({ backend, backendPort, frontend, frontendPort }: Connection): string {
  return `${backend}:${backendPort}--${frontend}:${frontendPort}`;
}

function endsOf({ backend, backendPort, frontend, frontendPort }: Connection): string[] {
  return [`${backend}:${backendPort}`, `${frontend}:${frontendPort}`];
}

function attachments(backend: string, lines: string): Connection[] {
  return linesOf(lines).flatMap((line): Connection[] => {
    const [frontend, option] = line.split(/\s+/);
    if (frontend === undefined || frontend === '') return [];
    return [{ backend, frontend, mac: option?.split('=')[1], backendPort: undefined, frontendPort: undefined }];
  });
}

function withAttribute(attributes: Attributes, name: string, value: string | null): Attributes {
  const others = Object.entries(attributes).filter(([key]) => key !== name);
  return Object.fromEntries(value === null ? others : [...others, [name, value]]);
}
