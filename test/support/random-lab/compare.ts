import type { SeenInterface } from './kernel-eye.ts';
import { type Connection, type ExpectedPort, idOf, type LabModel } from './lab-model.ts';
import { isTaken } from './plan.ts';

export type GuestInterface = Pick<SeenInterface, 'name' | 'mac' | 'carrier'>;

/** What is seen of a lab. */
export interface Seen {
  readonly lab: string;
  /** By namespace; the panel is ''. */
  readonly interfaces: ReadonlyMap<string, readonly SeenInterface[]>;
  /** Interfaces as virtual machines see them, of those that can be asked. */
  readonly guests: ReadonlyMap<string, readonly GuestInterface[]>;
  readonly processes: ReadonlyMap<string, readonly { readonly pid: number; readonly still: boolean }[]>;
}

/** What has to stay as it was first seen, as long as nobody changes it. */
export class Memory {
  /** MACs by port of the topology. */
  readonly macs = new Map<string, string>();
  /** MACs of connections' ends, by both nodes and the side: the same for ever. */
  readonly connectionMacs = new Map<string, string>();
}

/** How the kernel differs from the model, one sentence each; learns names and MACs that it sees for the first time. */
export function differences(model: LabModel, memory: Memory, seen: Seen): string[] {
  return new Comparison(model, memory, seen).all();
}

class Comparison {
  readonly #problems: string[] = [];
  readonly #model: LabModel;
  readonly #memory: Memory;
  readonly #seen: Seen;
  /** `NAMESPACE/NAME` of interfaces that have been found to be right. */
  readonly #known = new Set<string>();

  constructor(model: LabModel, memory: Memory, seen: Seen) {
    this.#model = model;
    this.#memory = memory;
    this.#seen = seen;
  }

  all(): string[] {
    this.#processes();
    for (const end of this.#memory.macs.keys()) if (!isTaken(this.#model.desired, end)) this.#memory.macs.delete(end);
    this.#links();
    for (const connection of this.#model.connections) this.#connection(connection);
    this.#strangers();
    this.#uniqueMacs();
    return this.#problems;
  }

  #processes(): void {
    const { alive, paused, nodes } = this.#model;
    for (const node of new Set([...nodes, ...this.#seen.processes.keys()])) {
      const found = this.#seen.processes.get(node) ?? [];
      this.#check(found.length === (alive.has(node) ? 1 : 0), `${node} has ${found.length} processes`);
      for (const { still } of found) this.#check(still === paused.has(node), `${node} ${still ? 'stands still' : 'goes on'}`);
    }
  }

  #links(): void {
    for (const port of this.#model.expectedPorts()) {
      if (port.name === '') this.#hubPort(port);
      else this.#port(port, this.#memory.macs);
    }
    for (const [id, { tail, head }] of this.#model.desired.links) if (this.#model.made.has(id)) this.#pair(tail, head);
  }

  #hubPort({ node, peer }: ExpectedPort): void {
    const alias = `weft ${this.#seen.lab} ${node}: -- ${peer}`;
    const found = (this.#seen.interfaces.get('') ?? []).filter((each) => each.alias === alias);
    this.#check(found.length === 1, `the hub has ${found.length} interfaces "${alias}"`);
    for (const { name } of found) this.#known.add(`/${name}`);
  }

  #port(port: ExpectedPort, macs: Map<string, string>, mac?: string): void {
    if (this.#model.isHidden(port.node)) this.#guestPort(port, macs, mac);
    else this.#kernelPort(port, macs, mac);
  }

  #kernelPort({ node, name, peer, on, staysUp, mtu }: ExpectedPort, macs: Map<string, string>, mac?: string): void {
    const end = `${node}:${name}`;
    if (this.#model.isHidden(peer)) this.#known.add(`/${this.#panel(end, peer)[0]?.name}`);
    const found = this.#interface(end);
    if (found === undefined) {
      this.#tell(`${end} is missing`);
      return;
    }
    this.#known.add(`${node}/${name}`);
    const alias = `weft ${this.#seen.lab} ${end} -- ${peer.includes(':') ? peer : `${peer}:`}`;
    this.#check(found.alias === alias, `${end} is marked "${found.alias}", not "${alias}"`);
    this.#check(found.carrier === on, `${end} has ${found.carrier ? 'a' : 'no'} carrier`);
    this.#check(found.up === (on || staysUp), `${end} is ${found.up ? 'up' : 'down'}`);
    this.#check(found.mtu === mtu, `${end} has the MTU ${found.mtu} instead of ${mtu}`);
    const expected = mac ?? macs.get(end) ?? found.mac;
    this.#check(found.mac === expected, `${end} has the MAC ${found.mac} instead of ${expected}`);
    if (mac === undefined) macs.set(end, found.mac);
  }

  /** A network device of a virtual machine: the panel has an interface for it, the guest sees it. */
  #guestPort({ node, name, peer, on }: ExpectedPort, macs: Map<string, string>, mac?: string): void {
    const end = `${node}:${name}`;
    const panel = this.#panel(end, peer);
    this.#check(panel.length === 1, `the panel has ${panel.length} interfaces for ${end} -- ${peer}`);
    for (const each of panel) this.#known.add(`/${each.name}`);
    const guest = this.#seen.guests.get(node);
    if (guest === undefined) return;
    const found = guest.find((each) => each.name === name);
    if (found === undefined) {
      this.#tell(`the guest has no ${end}`);
      return;
    }
    this.#known.add(`${node}/${name}`);
    this.#check(found.carrier === on, `the guest sees ${found.carrier ? 'a' : 'no'} carrier at ${end}`);
    this.#check(
      found.mac === (mac ?? macs.get(end) ?? found.mac),
      `the guest sees the MAC ${found.mac} at ${end}, not the one it had or should have`,
    );
    macs.set(end, found.mac);
  }

  #panel(end: string, peer: string): readonly SeenInterface[] {
    const alias = `weft ${this.#seen.lab} ${end} -- ${peer.includes(':') ? peer : `${peer}:`}`;
    return (this.#seen.interfaces.get('') ?? []).filter((each) => each.alias === alias);
  }

  #connection(connection: Connection): void {
    this.#learn(connection);
    const { backend, frontend, backendPort, frontendPort, mac } = connection;
    const what = `${backend} -> ${frontend}`;
    if (backendPort === undefined || frontendPort === undefined) {
      this.#tell(`the connection ${what} is missing`);
      return;
    }
    const on = !this.#model.unplugged.has(idOf(connection));
    const ends = { tail: `${backend}:${backendPort}`, head: `${frontend}:${frontendPort}` };
    const staysUp = this.#model.isHidden(ends.tail) || this.#model.isHidden(ends.head);
    const macs = this.#memory.connectionMacs;
    const own = { tail: `${what} backend`, head: `${what} frontend` };
    this.#port(
      { node: backend, name: backendPort, peer: ends.head, on, staysUp, mtu: 1500 },
      new Map(),
      this.#stable(own.tail, ends.tail),
    );
    this.#port(
      { node: frontend, name: frontendPort, peer: ends.tail, on, staysUp, mtu: 1500 },
      new Map(),
      mac ?? this.#stable(own.head, ends.head),
    );
    this.#pair(ends.tail, ends.head);
    const short = frontend.length <= 15;
    this.#check(short ? backendPort === frontend : /~/.test(backendPort), `${what} is called ${backendPort} in ${backend}`);
    for (const [key, end] of [[own.tail, ends.tail], ...(mac === undefined ? [[own.head, ends.head]] : [])] as const) {
      const found = this.#macAt(end ?? '');
      if (found !== undefined && key !== undefined) macs.set(key, found);
    }
  }

  #stable(key: string, end: string): string | undefined {
    return this.#memory.connectionMacs.get(key) ?? this.#macAt(end);
  }

  #macAt(end: string): string | undefined {
    const [node = '', name] = end.split(':');
    return this.#interface(end)?.mac ?? this.#seen.guests.get(node)?.find((each) => each.name === name)?.mac;
  }

  /** Finds out how the interfaces of a new connection are called. */
  #learn(connection: Connection): void {
    if (connection.backendPort !== undefined) return;
    const { backend, frontend } = connection;
    for (const { alias } of [...this.#seen.interfaces.values()].flat()) {
      const [own = '', peer = ''] = alias.slice(`weft ${this.#seen.lab} `.length).split(' -- ');
      const [[ownNode, ownPort = ''], [node, port = '']] = [own.split(':'), peer.split(':')];
      if (ownNode !== backend || node !== frontend || !/^eth\d+$/.test(port) || /^eth\d+$/.test(ownPort)) continue;
      if (isTaken(this.#model.desired, own)) continue;
      connection.backendPort = ownPort;
      connection.frontendPort = port;
      const taken = (this.#seen.interfaces.get(frontend) ?? this.#seen.guests.get(frontend))?.length ?? 99;
      this.#check(Number(port.slice(3)) < taken, `${frontend} got ${port} although a lower one was free`);
    }
  }

  #strangers(): void {
    for (const [space, interfaces] of this.#seen.interfaces) {
      const isNode = this.#model.nodes.includes(space) && !this.#model.nature.vms.has(space);
      if (space !== '' && !isNode) this.#problems.push(`the namespace ${space} is left`);
      for (const { name, alias } of interfaces) {
        if (!this.#known.has(`${space}/${name}`))
          this.#problems.push(`${space || 'the panel'} has the interface ${name} "${alias}"`);
      }
    }
    for (const [node, interfaces] of this.#seen.guests) {
      for (const { name } of interfaces)
        this.#check(this.#known.has(`${node}/${name}`), `the guest ${node} has the interface ${name}`);
    }
    const namespaces = [...this.#model.alive].filter((node) => !this.#model.nature.vms.has(node));
    for (const node of namespaces) this.#check(this.#seen.interfaces.has(node), `the namespace ${node} is missing`);
  }

  #pair(tail: string, head: string): void {
    const [one, other] = [this.#interface(tail), this.#interface(head)];
    if (one === undefined || other === undefined || this.#model.isHidden(tail) || this.#model.isHidden(head)) return;
    this.#check(one.peer === other.index && other.peer === one.index, `${tail} and ${head} are no pair`);
  }

  #uniqueMacs(): void {
    const owners = new Map<string, string>();
    for (const [space, interfaces] of [...this.#seen.interfaces, ...this.#seen.guests]) {
      if (space === '') continue;
      for (const { name, mac } of interfaces) {
        const other = owners.get(mac);
        // Features may force one MAC on two interfaces: that is what they say.
        if (other !== undefined && !mac.startsWith('0a:'))
          this.#problems.push(`${space}:${name} and ${other} have the same MAC ${mac}`);
        owners.set(mac, `${space}:${name}`);
      }
    }
  }

  #interface(end: string): SeenInterface | undefined {
    const [node = '', name] = end.split(':');
    return this.#seen.interfaces.get(node)?.find((each) => each.name === name);
  }

  #tell(problem: string): void {
    this.#problems.push(problem);
  }

  #check(holds: boolean, problem: string): void {
    if (!holds) this.#problems.push(problem);
  }
}
