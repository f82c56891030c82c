import type { Clock } from '../boundary/clock.ts';
import type { Driver, DriverNode, DriverPort, ExecOutput } from '../boundary/driver.ts';
import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import { type Kernel, PANEL, type ProcessExit } from '../boundary/kernel.ts';
import type { ByteStream } from '../boundary/streams.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { LabStatus } from '../model/lab-status.ts';
import type { NodeFailure, Outcome, ProgressEvent } from '../model/outcome.ts';
import { isGenerated } from '../model/topology.ts';
import { compareVersions } from '../model/version-order.ts';
import { planLab } from '../plan/plan-lab.ts';
import type { Action, Step, StepOf } from '../plan/step.ts';
import { Admission } from './admission.ts';
import type { ConsoleKind, Consoles } from './consoles.ts';
import type { DocumentStore, LabDocument } from './document.ts';
import { Lab, type NodeScript } from './lab.ts';
import { Launcher } from './launcher.ts';
import type { NodeRecord } from './node-record.ts';
import { statusOf } from './status-view.ts';
import { Turns } from './turns.ts';
import { Wiring } from './wiring.ts';

/** What an engine is made of. */
export interface EngineParts {
  readonly lab: string;
  /** The lab's runtime folder. */
  readonly run: string;
  /** The machine's process number of the engine. */
  readonly pid: number;
  readonly kernel: Kernel;
  readonly files: Files;
  readonly clock: Clock;
  readonly drivers: Readonly<Record<'vm' | 'namespace', Driver>>;
  readonly document: DocumentStore;
  readonly consoles: Consoles;
  /** How many machines may boot at once. */
  readonly bootSlots: number;
  /** A folder for a node's sockets, short enough for the longest socket name in it; made where it is missing. */
  readonly nodeFolder: (node: string) => Promise<string>;
  readonly log: (message: string) => void;
}

type Emit = (event: ProgressEvent) => void;
const silent: Emit = () => undefined;

/** How long a process may take to end on SIGTERM before it is killed. Milliseconds. */
const grace = 5000;

/** Up to this many nodes, the outcome of a start tells of every port. */
const portsShown = 100;

/** Holds the desired state of one lab, and brings the lab to it. */
export class LabEngine {
  readonly #parts: EngineParts;
  readonly #turns = new Turns();
  readonly #admission: Admission;
  #lab: Lab | undefined;
  #wiring: Wiring | undefined;
  #launcher: Launcher | undefined;
  readonly #folders = new Map<string, string>();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.bootSlots);
  }

  /** Takes over what runs already: reads the document, finds processes and wires, and mends what is missing. */
  async adopt(): Promise<void> {
    this.#parts.kernel.onExit((exit) => this.#ended(exit));
    const document = await this.#loadDocument();
    if (document === undefined) return;
    const lab = await this.#use(document.spec, 'tolerate-missing-scripts');
    lab.unplugged.clear();
    for (const port of document.unplugged) lab.unplugged.add(port);
    for (const name of document.running) {
      const record = lab.records.get(name);
      if (record === undefined) continue;
      record.wanted = true;
      if (record.process === undefined) record.reason = 'its process ended while no engine watched';
    }
    await this.#wiring?.resume();
    await this.#converge((step) => step.action !== 'launch' && step.action !== 'terminate', silent);
  }

  /** Starts nodes; those that run are skipped. */
  async start(
    request: { spec: LabSpec; nodes?: readonly string[] | undefined; wait: boolean; timeout: number },
    emit: Emit,
  ): Promise<Outcome> {
    const warnings: string[] = [];
    const prepared = await this.#turns.take(async () => {
      warnings.push(...(await this.#takeSpec(request.spec)));
      const lab = this.#running();
      const selected = this.#select(lab, request.nodes);
      const fresh = selected.filter((record) => record.process === undefined);
      for (const record of selected) {
        if (!fresh.includes(record)) emit({ node: record.name, stage: 'skipped', message: 'it runs already' });
        else if (record.wanted) warnings.push(`${record.name} was lost and is launched again`);
        record.wanted = true;
        if (record.process === undefined) record.reason = undefined;
      }
      await this.#save(lab);
      const wired = await this.#converge((step) => step.action !== 'launch' && step.action !== 'terminate', emit);
      return { fresh, failures: [...this.#refusals(lab), ...wired] };
    });
    const blocked = new Set(prepared.failures.map((failure) => failure.node));
    const launched = await this.#launch(
      prepared.fresh.filter((record) => !blocked.has(record.name) && record.process === undefined),
      request,
      emit,
      warnings,
    );
    for (const { node, message } of prepared.failures) {
      const record = this.#running().records.get(node);
      if (record !== undefined) record.reason = message;
      emit({ node, stage: 'failed', message });
    }
    return {
      failures: [...prepared.failures, ...launched],
      warnings,
      status: await this.status({ ports: this.#running().records.size <= portsShown }),
    };
  }

  /** Stops nodes: SIGTERM, then SIGKILL after a grace time. Those that do not run are skipped. */
  async stop(request: { nodes?: readonly string[] | undefined }, emit: Emit): Promise<Outcome> {
    await this.#turns.take(async () => {
      const lab = this.#lab;
      if (lab === undefined) return;
      const selected = this.#select(lab, request.nodes);
      for (const record of selected) record.wanted = false;
      await this.#save(lab);
      await this.#terminate(selected, emit);
      await this.#converge((step) => step.action === 'carrier', silent);
    });
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Stops everything and removes what lies outside the sandbox. The lab cannot be used afterwards. */
  async down(emit: Emit): Promise<Outcome> {
    const lab = this.#lab;
    const status = await this.status({ ports: false });
    if (lab === undefined) return { failures: [], warnings: [], status };
    await this.#turns.take(async () => {
      for (const record of lab.records.values()) record.wanted = false;
      await this.#terminate([...lab.records.values()], emit);
      await this.#wiring?.dismantle();
    });
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Plugs or unplugs the cable at a port; both ends see it. */
  async link(request: { node: string; port: string; on: boolean }): Promise<LabStatus> {
    await this.#turns.take(async () => {
      const lab = this.#running();
      const link = lab.linkOfPort.get(`${request.node}:${request.port}`);
      if (link === undefined) throw new HostError('no-such-port', `${request.node} has no port ${request.port} with a link`);
      if (lab.links.selfWired.has(link.id)) {
        throw new HostError('refused', `the script of ${request.node} wires ${link.id} itself, over UDP: weft cannot unplug it`, {
          hint: 'use a bundled template, or take WEFT_NETDEV_n into yours (docs/templates.md)',
        });
      }
      for (const end of [link.tail, link.head]) {
        const key = `${end.node}:${end.port ?? ''}`;
        if (request.on) lab.unplugged.delete(key);
      }
      if (!request.on) lab.unplugged.add(`${request.node}:${request.port}`);
      await this.#save(lab);
      const failures = await this.#converge((step) => step.action === 'carrier', silent);
      const refusal = failures[0];
      if (refusal !== undefined) throw new HostError('refused', refusal.message);
    });
    return await this.status({ ports: true });
  }

  async exec(request: {
    node: string;
    argv: readonly string[];
    input: Uint8Array | undefined;
    timeout: number;
  }): Promise<ExecOutput> {
    const record = this.#record(request.node);
    if (record.handle === undefined) throw notRunning(record);
    return await record.handle.exec(request.argv, request.input, request.timeout * 1000);
  }

  async status(request: { ports: boolean }): Promise<LabStatus> {
    const lab = this.#lab;
    if (lab === undefined) return { lab: this.#parts.lab, directory: '', engine: this.#parts.pid, nodes: [] };
    const namespaces = request.ports ? [...lab.records.values()].filter((record) => record.node.kind === 'namespace') : [];
    const interfaces = request.ports ? await this.#parts.kernel.interfaces(namespaces.map((record) => record.name)) : undefined;
    const { pid: engine } = this.#parts;
    return statusOf(lab, {
      engine,
      listening: this.#parts.consoles.listening,
      carrier: this.#wiring?.carrier ?? new Map(),
      interfaces,
    });
  }

  /** Serves a viewer of a node's console or monitor, or says in a sentence why not. */
  open(node: string, kind: ConsoleKind): ((stream: ByteStream) => void) | string {
    const record = this.#lab?.records.get(node);
    return record === undefined ? `the lab has no node ${node} that runs something` : this.#parts.consoles.open(record, kind);
  }

  /** The record of a node that can run; HostError `no-such-node` otherwise. */
  #record(name: string): NodeRecord {
    const record = this.#running().records.get(name);
    if (record === undefined) throw new HostError('no-such-node', `the lab has no node ${name} that runs something`);
    return record;
  }

  #running(): Lab {
    if (this.#lab === undefined) throw new HostError('not-running', `lab ${this.#parts.lab} was never started`);
    return this.#lab;
  }

  #select(lab: Lab, names: readonly string[] | undefined): NodeRecord[] {
    if (names === undefined || names.length === 0) return [...lab.records.values()];
    return names.map((name) => this.#record(name));
  }

  /** Takes a new description while nothing runs; while something does, says what it leaves out. */
  async #takeSpec(spec: LabSpec): Promise<string[]> {
    const lab = this.#lab;
    const running = lab === undefined ? [] : [...lab.records.values()].filter((record) => record.process !== undefined);
    if (lab === undefined || running.length === 0) {
      await this.#use(spec, 'refuse-missing-scripts');
      return [];
    }
    if (lab.spec.directory !== spec.directory) {
      throw new HostError('refused', `lab ${spec.name} runs already, from ${lab.spec.directory}`, {
        hint: 'give this one another name with --name, or take the other down',
      });
    }
    const changed = JSON.stringify(lab.spec.topology) !== JSON.stringify(spec.topology);
    if (changed) return ['the topology has changed since the lab was started: the change takes effect after `weft down`'];
    for (const [name, script] of await this.#scripts(spec, 'refuse-missing-scripts'))
      (lab.scripts as Map<string, NodeScript>).set(name, script);
    return [];
  }

  /** A document that cannot be read must not keep a lab from being taken down, or started anew. */
  async #loadDocument(): Promise<LabDocument | undefined> {
    try {
      return await this.#parts.document.load();
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#parts.log(failure.message);
      return undefined;
    }
  }

  /** Works with this description from now on, and takes hold of what runs of it already. */
  async #use(spec: LabSpec, missing: 'refuse-missing-scripts' | 'tolerate-missing-scripts'): Promise<Lab> {
    const { kernel, run, files } = this.#parts;
    const scripts = await this.#scripts(spec, missing);
    await this.#wiring?.dismantle();
    const sockets = `${run}/wires`;
    await files.makeDirectory(sockets, 0o700);
    for (const node of spec.topology.nodes) {
      if (node.kind === 'vm' && isGenerated(node)) this.#folders.set(node.name, await this.#parts.nodeFolder(node.name));
    }
    const lab = new Lab(spec, scripts, kernel.abilities, sockets);
    this.#lab = lab;
    this.#wiring = new Wiring(kernel, files, lab);
    this.#launcher = new Launcher({ ...this.#parts, admission: this.#admission }, lab, (record) => this.#driverNode(lab, record));
    for (const process of await kernel.processes()) {
      const record = lab.records.get(process.node);
      if (record === undefined) continue;
      this.#launcher.adopt(record, process);
      for (const warning of await this.#parts.consoles.up(record, lab)) this.#parts.log(warning);
    }
    return lab;
  }

  async #scripts(
    spec: LabSpec,
    ifMissing: 'refuse-missing-scripts' | 'tolerate-missing-scripts',
  ): Promise<Map<string, NodeScript>> {
    const { files, drivers } = this.#parts;
    const nodes = spec.topology.nodes.filter(isGenerated);
    const missing: string[] = [];
    const scripts = new Map<string, NodeScript>();
    const width = 64;
    for (let at = 0; at < nodes.length; at += width) {
      await Promise.all(
        nodes.slice(at, at + width).map(async (node) => {
          const found = await files.readTextIfThere(`${spec.directory}/${node.name}`);
          if (found === undefined) missing.push(node.name);
          const text = found ?? '';
          const driver = drivers[node.kind === 'namespace' ? 'namespace' : 'vm'];
          scripts.set(node.name, { text, capabilities: driver.capabilities(text) });
        }),
      );
    }
    if (missing.length > 0 && ifMissing === 'refuse-missing-scripts') {
      const some = missing.sort(compareVersions).slice(0, 3).join(', ');
      throw new HostError(
        'ENOENT',
        `no executable was generated for ${some}${missing.length > 3 ? ` and ${missing.length - 3} more` : ''}`,
        {
          hint: 'run `weft generate` first, or `weft up`, which does it all',
        },
      );
    }
    return scripts;
  }

  async #launch(
    records: readonly NodeRecord[],
    request: { wait: boolean; timeout: number },
    emit: Emit,
    warnings: string[],
  ): Promise<readonly NodeFailure[]> {
    const launcher = this.#launcher;
    const wiring = this.#wiring;
    if (launcher === undefined || wiring === undefined) return [];
    return await launcher.launch(records, {
      wait: request.wait,
      timeoutMs: request.timeout * 1000,
      emit,
      launched: async (record) => {
        wiring.freshGuest(record.name);
        warnings.push(...(await this.#parts.consoles.up(record, this.#running())));
        if (record.node.kind === 'vm') await this.#unplugAtStart(record, wiring);
      },
    });
  }

  /** A guest that starts with a cable unplugged is told so before it can see the link up for long. */
  async #unplugAtStart(record: NodeRecord, wiring: Wiring): Promise<void> {
    const lab = this.#running();
    const off = [...lab.links.wires.values()].filter((wire) => wire.carrier.guests.some((guest) => guest.node === record.name));
    const wanted = new Map(
      off.filter((wire) => wiring.carrier.get(wire.link) === false).map((wire) => [wire.link, false] as const),
    );
    if (wanted.size > 0) for (const refusal of (await wiring.switchCarrier(wanted)).values()) this.#parts.log(refusal);
  }

  /** Plans from what the kernel shows, and carries out the steps that `which` lets through. Failures are given by node. */
  async #converge(which: (step: Step) => boolean, emit: Emit): Promise<readonly NodeFailure[]> {
    const lab = this.#running();
    const wiring = this.#wiring;
    if (wiring === undefined) return [];
    const observed = await wiring.observe();
    const desired = lab.desired((record) => record.wanted && (record.process !== undefined || record.reason === undefined));
    const steps = planLab(desired, observed).filter(which);
    const failures: NodeFailure[] = [];
    const done = <A extends Action>(action: A) => steps.filter((step): step is StepOf<A> => step.action === action);
    const spaces = await wiring.makeNamespaces(done('make-namespace').map((step) => step.node));
    for (const [node, failure] of spaces) failures.push({ node, message: failure.message });
    const connects = done('connect').map((step) => step.link);
    if (connects.length > 200) emit({ node: '', stage: 'waiting', message: `making ${connects.length} links` });
    for (const [link, failure] of await wiring.connect(connects)) {
      failures.push(...this.#atEnds(lab, link, `link ${link} cannot be made: ${failure.message}`));
    }
    const carriers = new Map(done('carrier').map((step) => [step.link, step.on] as const));
    for (const [link, refusal] of await wiring.switchCarrier(carriers)) {
      failures.push(...this.#atEnds(lab, link, `the carrier of ${link} cannot be switched: ${refusal}`));
    }
    return failures;
  }

  /** Links that this machine cannot have hold up the nodes at their ends. */
  #refusals(lab: Lab): NodeFailure[] {
    return [...lab.links.refused].flatMap(([link, { message, hint }]) =>
      this.#atEnds(lab, link, message).map((failure) => ({ ...failure, hint })),
    );
  }

  #atEnds(lab: Lab, link: string, message: string): NodeFailure[] {
    const { tail, head } = lab.link(link);
    const records = [tail, head].map((end) => lab.records.get(end.node)).filter((record) => record?.wanted);
    return records.flatMap((record) => (record === undefined ? [] : [{ node: record.name, message }]));
  }

  async #terminate(records: readonly NodeRecord[], emit: Emit): Promise<void> {
    const { kernel, clock, files } = this.#parts;
    const alive = records.filter((record) => record.process !== undefined);
    for (const record of alive) {
      record.stopping = true;
      emit({ node: record.name, stage: 'stopping' });
    }
    const ends = Promise.all(alive.map((record) => record.exit()));
    const pids = () => alive.flatMap((record) => (record.process === undefined ? [] : [record.process.pid]));
    await kernel.signal(pids(), 'SIGTERM');
    const late = await Promise.race([ends.then(() => false), clock.sleep(grace).then(() => true)]);
    if (late) {
      await kernel.signal(pids(), 'SIGKILL');
      await Promise.race([ends, clock.sleep(grace)]);
    }
    const lab = this.#running();
    await Promise.all(records.map((record) => files.remove(`${lab.spec.directory}/${record.name}.pid`)));
    for (const record of records) {
      record.stopping = false;
      record.reason = undefined;
    }
    for (const record of alive) emit({ node: record.name, stage: 'stopped' });
  }

  #ended(exit: ProcessExit): void {
    const record = this.#lab?.records.get(exit.node);
    if (record === undefined || record.process?.pid !== exit.pid) return;
    const how =
      exit.signal === undefined
        ? exit.code === undefined
          ? 'it ended'
          : `it ended with exit code ${exit.code}`
        : `it was ended by ${exit.signal}`;
    if (!record.stopping) record.reason = how;
    record.ended(exit);
    void this.#parts.consoles.down(record);
    if (record.stopping) return;
    this.#parts.log(`${record.name}: ${how}`);
    void this.#turns
      .take(() => this.#converge((step) => step.action === 'carrier', silent))
      .catch((failure: unknown) => this.#parts.log(String(failure)));
  }

  async #save(lab: Lab): Promise<void> {
    await this.#parts.document.save({
      version: 1,
      spec: lab.spec,
      running: [...lab.records.values()].filter((record) => record.wanted).map((record) => record.name),
      unplugged: [...lab.unplugged],
    });
  }

  #driverNode(lab: Lab, record: NodeRecord): DriverNode {
    const { node, name } = record;
    const tcp = lab.ports.nodes.get(name);
    return {
      lab: lab.spec.name,
      node,
      directory: lab.spec.directory,
      files: lab.spec.files,
      run: this.#folders.get(name) ?? this.#parts.run,
      script: lab.scripts.get(name)?.text ?? '',
      ports: this.#portsOf(lab, name),
      netns: node.kind === 'namespace' ? name : (lab.links.netnsOf(name) ?? PANEL),
      tcp: { console: tcp?.console?.port, monitor: tcp?.monitor?.port },
      abilities: this.#parts.kernel.abilities,
    };
  }

  /** The ports of a node in the order of its NODE.yaml: version order. */
  #portsOf(lab: Lab, name: string): DriverPort[] {
    const ports: DriverPort[] = [];
    for (const link of lab.spec.topology.links) {
      const wire = lab.links.wires.get(link.id);
      for (const [side, end] of [link.tail, link.head].entries()) {
        if (end.node !== name || end.port === undefined) continue;
        const plug = wire?.ends[side]?.plug;
        ports.push({ name: end.port, netdev: plug?.netdev, descriptor: plug?.descriptor });
      }
    }
    return ports.sort((a, b) => compareVersions(a.name, b.name));
  }
}

function notRunning(record: NodeRecord): HostError {
  return new HostError('not-running', `${record.name} does not run${record.reason === undefined ? '' : `: ${record.reason}`}`, {
    hint: `start it with \`weft start ${record.name}\``,
  });
}
