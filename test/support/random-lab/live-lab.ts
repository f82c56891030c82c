import { readdirSync, readFileSync } from 'node:fs';
import type { LabConnection } from '../../../src/api/labs.ts';
import { HostError } from '../../../src/boundary/host-error.ts';
import { openLabs } from '../../../src/main/labs.ts';
import type { LabSpec } from '../../../src/model/lab-spec.ts';
import type { NodeKind, Topology } from '../../../src/model/topology.ts';
import { eventually } from '../lab-command.ts';
import type { LabFixture } from '../lab-fixture.ts';
import { processesOf } from '../lab-snapshot.ts';
import { differences, Memory, type Seen } from './compare.ts';
import { KernelEye, nodeProcesses, type SeenInterface } from './kernel-eye.ts';
import { LabModel, type Nature } from './lab-model.ts';
import { nodeOf, type Plan } from './plan.ts';

type Names = Pick<Nature, 'names' | 'fixed'>;

interface Parts {
  readonly name: string;
  readonly eye: KernelEye;
  readonly spec: LabSpec;
  readonly engine: LabConnection;
  readonly names: Names;
}

/** A lab that runs, its model, and hands to change both. */
export class LiveLab {
  model: LabModel;
  readonly weft: LabFixture;
  readonly name: string;
  readonly memory: Memory = new Memory();
  readonly #eye: KernelEye;
  #spec: LabSpec;
  #engine: LabConnection;

  private constructor(weft: LabFixture, parts: Parts) {
    this.weft = weft;
    this.name = parts.name;
    this.#eye = parts.eye;
    this.#spec = parts.spec;
    this.#engine = parts.engine;
    const { topology } = parts.spec;
    const named = (kind: NodeKind) => new Set(topology.nodes.filter((node) => node.kind === kind).map(({ name }) => name));
    this.model = new LabModel(planOf(topology), { ...parts.names, hubs: named('hub'), vms: named('vm') });
    this.model.start(this.model.nodes);
  }

  /** Takes hold of a lab that `weft up` has brought up. */
  static async open(weft: LabFixture, name: string, names: Names): Promise<LiveLab> {
    const engine = await openLabs(weft.environment).connect(name);
    if (engine === undefined) throw new Error(`lab ${name} does not run`);
    const { spec } = await engine.call('desired', {});
    const eye = KernelEye.open(Number(readFileSync(`${weft.folder}/run/weft/${name}/anchor`, 'utf8')));
    return new LiveLab(weft, { name, eye, spec, engine, names });
  }

  get call(): LabConnection['call'] {
    return this.#engine.call.bind(this.#engine);
  }

  /** The lab's description with this file. */
  specOf(plan: Plan): LabSpec {
    const nodes = [...plan.nodes].map(([name, attributes]) => {
      const known = this.#spec.topology.nodes.find((node) => node.name === name);
      const { kind, template, labelPorts } = known ?? { kind: 'namespace', template: 'namespace', labelPorts: [] };
      return { name, kind, template, attributes, labelPorts };
    });
    const end = (text: string) => ({ node: nodeOf(text), port: text.split(':')[1] });
    const links = [...plan.links].map(([id, { tail, head, attributes }]) => ({
      id,
      tail: end(tail),
      head: end(head),
      attributes,
    }));
    return { ...this.#spec, topology: { ...this.#spec.topology, nodes, links } };
  }

  /** Throws unless the call is refused with one of these codes. */
  async refused(work: Promise<unknown>, ...codes: string[]): Promise<void> {
    const outcome = await work.then(
      () => 'taken',
      (failure: unknown) => (failure instanceof HostError ? failure.code : String(failure)),
    );
    if (!codes.includes(outcome)) throw new Error(`expected ${codes.join(' or ')}, was ${outcome}`);
  }

  /** Runs a line of the shell in a node's namespace. */
  async inNamespace(node: string, line: string): Promise<void> {
    await this.#eye.run(`ip netns exec ${node} ${line}`);
  }

  /** Kills the processes of the lab whose words contain one of these with SIGKILL; resolves when they are gone. */
  async kill(...words: readonly string[]): Promise<void> {
    const found = processesOf(this.weft.folder).filter((each) => words.some((word) => each.words.includes(word)));
    for (const { pid } of found) process.kill(pid, 'SIGKILL');
    await eventually(() => found.every(({ pid }) => isGone(pid)), 'killed processes to be gone');
  }

  async reconnect(): Promise<void> {
    this.#engine = await eventually(() => openLabs(this.weft.environment).connect(this.name), 'an engine');
  }

  killProcess(node: string): void {
    const [found] = nodeProcesses(this.weft.folder).get(node) ?? [];
    if (found === undefined) throw new Error(`${node} does not run`);
    process.kill(found.pid, 'SIGKILL');
  }

  async killNode(node: string): Promise<void> {
    this.killProcess(node);
    await eventually(async () => (await this.stateOf(node)) === 'lost', `${node} to be lost`);
  }

  async stateOf(node: string): Promise<string | undefined> {
    return (await this.call('status', { ports: false })).nodes.find(({ name }) => name === node)?.state;
  }

  /** The topology that the engine holds desired, in the model's words. */
  async desired(): Promise<{ readonly plan: Plan; readonly running: readonly string[]; readonly topology: Topology }> {
    const { topology, running } = await this.call('desired', {});
    return { plan: planOf(topology), running, topology };
  }

  /** How the machine and the engine differ from the model; nothing where all is right. */
  async differences(): Promise<string[]> {
    const interfaces = this.#eye.interfaces();
    const processes = await this.#processes();
    const seen: Seen = { lab: this.name, interfaces, guests: await this.#guests(), processes };
    const problems = differences(this.model, this.memory, seen);
    const { plan, running } = await this.desired();
    if (!isEqual(plan, this.model.desired)) problems.push(`desired is ${text(plan)}, not ${text(this.model.desired)}`);
    const wanted = [...this.model.wanted].sort().join(' ');
    if ([...running].sort().join(' ') !== wanted) problems.push(`${running.join(' ')} are wanted, not ${wanted}`);
    const { steps } = await this.call('plan', {});
    const lost = [...this.model.wanted].filter((node) => !this.model.alive.has(node));
    if (lost.length === 0 && steps.length > 0) problems.push(`there is a plan: ${JSON.stringify(steps)}`);
    if (lost.length > 0 && !lost.every((node) => steps.some((step) => step.action === 'launch' && step.node === node)))
      problems.push(`the plan does not launch all of ${lost.join(' ')}: ${JSON.stringify(steps)}`);
    return problems;
  }

  /** What netlink says and what ip(8) shows, where that is not the same. */
  async disagreement(): Promise<string | undefined> {
    const sorted = (spaces: Map<string, readonly SeenInterface[]>) =>
      [...spaces].map(([name, all]) => [name, [...all].sort((one, other) => one.index - other.index)]).sort();
    const [ours, theirs] = [sorted(this.#eye.interfaces()), sorted(await this.#eye.interfacesByIp())].map((all) =>
      JSON.stringify(all),
    );
    return ours === theirs ? undefined : `netlink says ${ours}, ip says ${theirs}`;
  }

  /** What the guests that can be asked see of their interfaces. */
  async #guests(): Promise<Seen['guests']> {
    const { alive, paused, nature } = this.model;
    const script = 'cd /sys/class/net; for i in *; do echo $i $(cat $i/address) $(cat $i/carrier 2>/dev/null || echo 0); done';
    const asked = [...nature.vms].filter((node) => alive.has(node) && !paused.has(node));
    const answers = await Promise.all(
      asked.map(async (node) => {
        const { stdout } = await this.call('exec', { node, argv: ['sh', '-c', script], timeout: 20 });
        const lines = Buffer.from(stdout, 'base64')
          .toString()
          .trim()
          .split('\n')
          .map((line) => line.split(' '));
        const interfaces = lines.map(([name = '', mac = '', carrier]) => ({ name, mac, carrier: carrier === '1' }));
        return [node, interfaces.filter(({ name }) => name !== 'lo')] as const;
      }),
    );
    return new Map(answers);
  }

  /** Those of namespaces stand still by a signal; virtual machines say themselves whether they do. */
  async #processes(): Promise<Seen['processes']> {
    let processes = nodeProcesses(this.weft.folder);
    // A process that just replaces its program shows no environment for a moment.
    const lacks = () => [...this.model.alive].some((node) => !processes.has(node));
    for (const end = performance.now() + 1000; lacks() && performance.now() < end; processes = nodeProcesses(this.weft.folder)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    if (this.model.nature.vms.size === 0) return processes;
    const { nodes } = await this.call('status', { ports: true });
    const still = new Set(nodes.filter(({ state }) => state === 'paused').map(({ name }) => name));
    const isStill = (node: string, stopped: boolean) => (this.model.nature.vms.has(node) ? still.has(node) : stopped);
    return new Map(
      [...processes].map(([node, found]) => [node, found.map((each) => ({ ...each, still: isStill(node, each.still) }))]),
    );
  }

  close(): void {
    this.#eye.close();
  }
}

/** A dead process whose other threads still end keeps its sockets open. */
function isGone(pid: number): boolean {
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) && readdirSync(`/proc/${pid}/task`).length === 1;
  } catch {
    return true;
  }
}

export function isEqual(one: Plan, other: Plan): boolean {
  return text(one) === text(other);
}

function text({ nodes, links }: Plan): string {
  const sorted = (entries: Iterable<readonly [string, unknown]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const attributes = (of: object) => sorted(Object.entries(of));
  return JSON.stringify([
    sorted([...nodes].map(([name, of]) => [name, attributes(of)])),
    sorted([...links].map(([id, link]) => [id, [link.tail, link.head, attributes(link.attributes)]])),
  ]);
}

function planOf({ nodes, links }: Topology): Plan {
  const end = ({ node, port }: { readonly node: string; readonly port?: string | undefined }) =>
    port === undefined ? node : `${node}:${port}`;
  return {
    nodes: new Map(nodes.map(({ name, attributes }) => [name, attributes])),
    links: new Map(links.map(({ id, tail, head, attributes }) => [id, { tail: end(tail), head: end(head), attributes }])),
  };
}
