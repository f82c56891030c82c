import { type NodeNumbers, nodeNumbers } from '../../src/address/node-numbers.ts';
import { HostError } from '../../src/boundary/host-error.ts';
import type { NodeActivity, QubesEdits, QubesLab, QubesNews, QubesView } from '../../src/boundary/qubes-lab.ts';
import { refuseUplinks } from '../../src/engine/desired/refuse-uplinks.ts';
import { editTopology, isFault } from '../../src/model/edit-topology.ts';
import type { NodeHappening } from '../../src/model/lab-event.ts';
import type { NodeFailure } from '../../src/model/outcome.ts';
import type { NodeKind, Topology, TopologyNode } from '../../src/model/topology.ts';
import { numberedNodes, uplinkTree } from '../../src/model/uplink-tree.ts';
import { derivedProperties } from '../../src/routing/node-properties.ts';

/** A lab whose nodes run nowhere: what is desired of it is edited by the rules of the engine, and its nodes do at once what they are asked to. */
export class MemoryLab implements QubesLab {
  readonly machine = { memoryMib: 16_384, processors: 4 };
  /** Seconds since 1970. */
  time = 1_700_000_000;
  topology: Topology;
  readonly activities = new Map<string, NodeActivity>();
  /** What starts fail with. */
  failures: readonly NodeFailure[] = [];
  /** Seconds that the last start would have waited. */
  timeout: number | undefined;
  #numbers: NodeNumbers = {};
  #view: QubesView | undefined;
  readonly #followers = new Set<(news: QubesNews) => void>();

  constructor(topology: Topology) {
    this.topology = topology;
    this.#become(topology);
  }

  get followers(): number {
    return this.#followers.size;
  }

  view(): QubesView {
    if (this.#view !== undefined) return this.#view;
    const { topology } = this;
    const numbers = this.#numbers;
    const tree = uplinkTree(topology);
    this.#view = {
      lab: topology.name,
      topology,
      nodes: new Map(topology.nodes.map((node) => [node.name, node])),
      tree,
      numbers,
      activity: (name) => this.activities.get(name) ?? 'halted',
      derived: (name) => derivedProperties(tree, numbers, name),
    };
    return this.#view;
  }

  usage(node: string) {
    const runs = this.#runs(node);
    return Promise.resolve(runs ? { memoryKib: 1024, processorTime: 5_000_000 } : undefined);
  }

  now(): number {
    return this.time;
  }

  async change(edits: QubesEdits): Promise<void> {
    await Promise.resolve();
    const changes = typeof edits === 'function' ? edits(this.view()) : edits;
    let next = this.topology;
    for (const change of changes) {
      if (change.change === 'remove' && this.#runs(change.node)) throw new HostError('running', `${change.node} runs`);
      const edited = editTopology(next, change);
      if (isFault(edited)) throw new HostError(edited.code, edited.message, { hint: edited.hint });
      next = edited;
    }
    refuseUplinks(this.topology, next, (node) => this.#runs(node));
    const before = this.view();
    this.#become(next);
    this.tell({ kind: 'desired', before, after: this.view() });
  }

  async reloadFirewall(node: string) {
    await Promise.resolve();
    this.tell({ kind: 'firewall', node });
  }

  async start(node: string, timeout: number) {
    this.timeout = timeout;
    await Promise.resolve();
    if (this.failures.length === 0) this.#pass(node, 'running', 'launching', 'launched', 'ready');
    return this.failures;
  }

  async stop(node: string, { kill, force }: { readonly kill: boolean; readonly force: boolean }) {
    await Promise.resolve();
    this.activities.delete(node);
    const by = kill ? ({ by: 'kill' } as const) : force ? ({ by: 'force' } as const) : {};
    this.tell({ kind: 'node', node, state: 'stopping', ...by });
    this.tell({ kind: 'node', node, state: 'stopped' });
  }

  async pause(node: string, paused: boolean) {
    await Promise.resolve();
    this.#pass(node, paused ? 'paused' : 'running', paused ? 'paused' : 'unpaused');
  }

  every(_: number, work: () => Promise<void>) {
    void work();
    return () => undefined;
  }

  follow(tell: (news: QubesNews) => void) {
    this.#followers.add(tell);
    return () => void this.#followers.delete(tell);
  }

  tell(news: QubesNews): void {
    for (const follower of this.#followers) follower(news);
  }

  #runs(node: string): boolean {
    return this.activities.has(node);
  }

  #become(topology: Topology): void {
    this.topology = topology;
    this.#numbers = nodeNumbers(numberedNodes(topology), this.#numbers);
    this.#view = undefined;
  }

  #pass(node: string, activity: NodeActivity, ...states: NodeHappening[]): void {
    this.activities.set(node, activity);
    for (const state of states) this.tell({ kind: 'node', node, state });
  }
}

/** A node as a file would have it. */
export function memoryNode(
  name: string,
  attributes: TopologyNode['attributes'] = {},
  kind: NodeKind = 'namespace',
  template: string | undefined = kind,
): TopologyNode {
  return { name, kind, template: kind === 'vm' ? 'small' : template, attributes, labelPorts: [] };
}

/** A way out, a firewall behind it, and two qubes behind that. */
export function memoryLab(): MemoryLab {
  return new MemoryLab({
    name: 'lab',
    attributes: { qn_default_netvm: 'sys-firewall', qn_default_template: 'namespace' },
    nodes: [
      memoryNode('host', {}, 'host', undefined),
      memoryNode('sys-net', { qn_netvm: 'none', qn_provides_network: 'true' }),
      memoryNode('sys-firewall', { qn_netvm: 'sys-net', qn_provides_network: 'true' }),
      memoryNode('work', { 'feature.foo': 'bar' }, 'vm'),
      memoryNode('personal', { qn_netvm: 'none' }),
      memoryNode('hub1', { qn_hub: 'true' }, 'hub', undefined),
    ],
    links: [],
  });
}
