import type { Clock } from '../boundary/clock.ts';
import type { ExecOutput } from '../boundary/driver.ts';
import { HostError } from '../boundary/host-error.ts';
import type { ProcessExit } from '../boundary/kernel.ts';
import type { ByteStream } from '../boundary/streams.ts';
import type { LinkConformance } from '../model/conformance.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { LabStatus } from '../model/lab-status.ts';
import type { NodeFailure, Outcome, ProgressEvent } from '../model/outcome.ts';
import { type ActiveLab, type OpeningParts, openLab } from './active-lab.ts';
import { Admission } from './admission.ts';
import { type CaptureLab, captureLab } from './capture/capture-lab.ts';
import { conditionRefusals } from './conditions.ts';
import { examineLinks } from './conformance.ts';
import type { ConsoleKind, Consoles } from './consoles.ts';
import { converge, refusals } from './convergence.ts';
import type { DocumentStore, LabDocument } from './document.ts';
import type { Lab } from './lab.ts';
import type { LabEvents } from './lab-events.ts';
import { Launches } from './launches.ts';
import { andEvents } from './node-events.ts';
import type { NodeRecord } from './node-record.ts';
import { readScripts } from './read-scripts.ts';
import { statusOf } from './status-view.ts';
import { problemOf, statusWithoutDocument } from './status-without-document.ts';
import { takeBack } from './take-back.ts';
import { terminate } from './terminate.ts';
import { Turns } from './turns.ts';

/** What an engine is made of. */
export interface EngineParts extends Omit<OpeningParts, 'admission'> {
  readonly lab: string;
  /** The machine's process number of the engine. */
  readonly pid: number;
  readonly clock: Clock;
  readonly events: LabEvents;
  readonly document: DocumentStore;
  readonly consoles: Consoles;
  /** How many machines may boot at once. */
  readonly bootSlots: number;
  readonly log: (message: string) => void;
}

type Emit = (event: ProgressEvent) => void;
const silent: Emit = () => undefined;

/** Up to this many nodes, the outcome of a start tells of every port. */
const portsShown = 100;

/** Holds the desired state of one lab, and brings the lab to it. */
export class LabEngine {
  readonly #parts: EngineParts;
  readonly #turns = new Turns();
  readonly #admission: Admission;
  #active: ActiveLab | undefined;
  /** Why the desired state is not known although there is a document. */
  #unreadable: HostError | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#admission = new Admission(parts.bootSlots);
  }

  /** Takes over what runs already: reads the document, finds processes and wires, and mends what is missing. */
  async adopt(): Promise<void> {
    this.#parts.kernel.onExit((exit) => this.#ended(exit));
    const document = await this.#loadDocument();
    this.#parts.events.emit({ kind: 'engine', process: this.#parts.pid, state: document === undefined ? 'started' : 'adopted' });
    if (document === undefined) return;
    const { lab, wiring } = await this.#open(document.spec, 'empty');
    lab.unplugged.clear();
    for (const port of document.unplugged) lab.unplugged.add(port);
    for (const name of document.running) {
      const record = lab.records.get(name);
      if (record === undefined) continue;
      record.wanted = true;
      if (record.process !== undefined) continue;
      record.reason = 'its process ended while no engine watched';
      this.#parts.events.emit({ kind: 'node', node: name, state: 'lost', reason: record.reason });
    }
    await wiring.resume();
    for (const { message } of await converge(lab, wiring, 'all', silent)) this.#parts.log(message);
  }

  /** Starts nodes; those that run, or are being started by another call, are skipped. */
  async start(
    request: { spec: LabSpec; nodes?: readonly string[] | undefined; wait: boolean; timeout: number },
    progress: Emit,
  ): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    const warnings: string[] = [];
    const { active, selected, fresh, blocked, launches } = await this.#turns.take(() =>
      this.#prepareStart(request, warnings, emit),
    );
    const failed = await launches.failures();
    const ours = new Set(fresh);
    const others = request.wait ? selected.filter((record) => !ours.has(record)) : [];
    const late = await active.launcher.awaitStarted(others, request.timeout * 1000);
    const status = await this.status({ ports: active.lab.records.size <= portsShown });
    warnings.push(...active.config.takeWarnings());
    return { failures: [...blocked, ...failed, ...late], warnings, status };
  }

  /** Stops nodes: SIGTERM, then SIGKILL after a grace time. Those that do not run are skipped. */
  async stop(request: { nodes?: readonly string[] | undefined }, progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    await this.#turns.take(async () => {
      if (this.#active === undefined) return;
      const { lab, wiring } = this.#active;
      const selected = this.#select(lab, request.nodes);
      for (const record of selected) record.wanted = false;
      await this.#save(lab);
      await terminate(selected, lab.spec.directory, this.#parts, emit);
      await converge(lab, wiring, 'carriers', silent);
    });
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Stops everything and removes what lies outside the sandbox. The lab cannot be used afterwards. */
  async down(progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    await this.#turns.take(async () => {
      if (this.#active === undefined) return;
      const { lab, wiring } = this.#active;
      for (const record of lab.records.values()) record.wanted = false;
      await terminate([...lab.records.values()], lab.spec.directory, this.#parts, emit);
      await wiring.dismantle();
    });
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Plugs or unplugs the cable at a port; both ends see it. */
  async link(request: { node: string; port: string; on: boolean }): Promise<LabStatus> {
    await this.#turns.take(async () => {
      const { lab, wiring } = this.#running();
      const link = lab.linkOfPort.get(`${request.node}:${request.port}`);
      if (link === undefined) throw new HostError('no-such-port', `${request.node} has no port ${request.port} with a link`);
      if (lab.links.selfWired.has(link.id)) {
        throw new HostError('refused', `the script of ${request.node} wires ${link.id} itself, over UDP: weft cannot unplug it`, {
          hint: 'use a bundled template, or take WEFT_NETDEV_n into yours (templates/README.md)',
        });
      }
      if (request.on) for (const { node, port } of [link.tail, link.head]) lab.unplugged.delete(`${node}:${port ?? ''}`);
      else lab.unplugged.add(`${request.node}:${request.port}`);
      await this.#save(lab);
      const [refusal] = await converge(lab, wiring, 'carriers', silent);
      if (refusal !== undefined) throw new HostError('refused', refusal.message);
    });
    return await this.status({ ports: true });
  }

  /** Runs a command in a node and waits for its end; the timeout is in seconds. */
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

  /** Sends telltale frames through the wires at these ports, of all links where left out. */
  async conformance(request: { ports?: readonly string[] | undefined }): Promise<readonly LinkConformance[]> {
    const { lab, wiring } = this.#running();
    const { kernel, clock } = this.#parts;
    return await examineLinks({ lab, carrier: wiring.carrier, kernel, clock }, lab.linksAt(request.ports));
  }

  async status(request: { ports: boolean }): Promise<LabStatus> {
    const { consoles, kernel, lab: name, pid: engine } = this.#parts;
    const problem = problemOf(this.#unreadable);
    if (this.#active === undefined) return { ...(await statusWithoutDocument(name, engine, kernel)), ...problem };
    const { lab, wiring } = this.#active;
    const namespaces = [...lab.records.values()]
      .filter((record) => record.node.kind === 'namespace')
      .map((record) => record.name);
    const interfaces = request.ports ? await kernel.interfaces(namespaces) : undefined;
    return { ...statusOf(lab, { engine, listening: consoles.listening, carrier: wiring.carrier, interfaces }), ...problem };
  }

  /** The lab as captures see it; undefined before its first start. */
  get captured(): CaptureLab | undefined {
    return this.#active && captureLab(this.#active.lab);
  }

  /** Serves a viewer of a node's console or monitor, or says in a sentence why not. */
  open(node: string, kind: ConsoleKind): ((stream: ByteStream) => void) | string {
    const record = this.#active?.lab.records.get(node);
    return record === undefined ? `the lab has no node ${node} that runs something` : this.#parts.consoles.open(record, kind);
  }

  /** What of a start must happen one after the other: the description, what is wanted, namespaces and wires. Launches have begun then. */
  async #prepareStart(
    request: { spec: LabSpec; nodes?: readonly string[] | undefined; wait: boolean; timeout: number },
    warnings: string[],
    emit: Emit,
  ): Promise<{
    active: ActiveLab;
    selected: readonly NodeRecord[];
    fresh: readonly NodeRecord[];
    blocked: readonly NodeFailure[];
    launches: Launches;
  }> {
    warnings.push(...(await this.#takeSpec(request.spec)));
    const active = this.#running();
    const { lab, wiring, launcher } = active;
    const selected = this.#select(lab, request.nodes);
    const fresh = selected.filter((record) => record.process === undefined && !record.launching);
    for (const record of selected) {
      if (record.process !== undefined) emit({ node: record.name, stage: 'skipped', message: 'it runs already' });
      else if (record.launching) emit({ node: record.name, stage: 'skipped', message: 'it is being started' });
      else if (record.wanted) warnings.push(`${record.name} was lost and is launched again`);
    }
    for (const record of selected) record.wanted = true;
    for (const record of fresh) record.reason = undefined;
    await this.#save(lab);
    const launches = new Launches(launcher, {
      wait: request.wait,
      timeoutMs: request.timeout * 1000,
      emit,
      launched: (record) => this.#launched(active, record, warnings),
    });
    const refused = refusals(lab);
    const held = new Set(refused.map(({ node }) => node));
    const unwired = await converge(lab, wiring, 'all', emit, (nodes) => {
      const wired = new Set(nodes);
      launches.begin(fresh.filter(({ name, node }) => node.kind === 'namespace' && wired.has(name) && !held.has(name)));
    });
    for (const { message } of conditionRefusals(lab, this.#parts.kernel.abilities).values()) warnings.push(message);
    const blocked = firstOfEach([...refused, ...unwired]);
    for (const { node, message } of blocked) {
      const record = lab.records.get(node);
      if (record !== undefined) record.reason = message;
      held.add(node);
      emit({ node, stage: 'failed', message });
    }
    launches.begin(fresh.filter(({ name }) => !held.has(name)));
    return { active, selected, fresh, blocked, launches };
  }

  /** The record of a node that can run; HostError `no-such-node` otherwise. */
  #record(name: string): NodeRecord {
    const record = this.#running().lab.records.get(name);
    if (record === undefined) throw new HostError('no-such-node', `the lab has no node ${name} that runs something`);
    return record;
  }

  #running(): ActiveLab {
    if (this.#active === undefined) throw new HostError('not-running', `lab ${this.#parts.lab} was never started`);
    return this.#active;
  }

  #select(lab: Lab, names: readonly string[] | undefined): NodeRecord[] {
    if (names === undefined || names.length === 0) return [...lab.records.values()];
    return names.map((name) => this.#record(name));
  }

  /** Takes a new description while nothing runs; while something does, says what it leaves out. */
  async #takeSpec(spec: LabSpec): Promise<string[]> {
    const lab = this.#active?.lab;
    if (lab === undefined || ![...lab.records.values()].some((record) => record.process !== undefined || record.launching)) {
      await this.#active?.wiring.dismantle();
      await this.#open(spec, 'refused');
      return [];
    }
    if (lab.spec.directory !== spec.directory) {
      throw new HostError('refused', `lab ${spec.name} runs already, from ${lab.spec.directory}`, {
        hint: 'give this one another name with --name, or take the other down',
      });
    }
    if (JSON.stringify(lab.spec.topology) !== JSON.stringify(spec.topology)) {
      return ['the topology has changed since the lab was started: the change takes effect after `weft down`'];
    }
    lab.scripts = await readScripts(spec, this.#parts.files, this.#parts.drivers, 'refused');
    return [];
  }

  /** A document that cannot be read must not keep a lab from being taken down, or started anew. */
  async #loadDocument(): Promise<LabDocument | undefined> {
    try {
      return await this.#parts.document.load();
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#parts.log(failure.message);
      this.#unreadable = failure;
      return undefined;
    }
  }

  /** Works with this description from now on. */
  async #open(spec: LabSpec, missingScripts: 'refused' | 'empty'): Promise<ActiveLab> {
    const active = await openLab(spec, { ...this.#parts, admission: this.#admission }, missingScripts);
    this.#active = active;
    for (const record of active.lab.records.values()) {
      if (record.process === undefined) continue;
      for (const warning of await this.#parts.consoles.up(record, active.lab)) this.#parts.log(warning);
    }
    return active;
  }

  /** Once a process runs: its ports listen, and a guest whose cable is unplugged is told before it can see the link up for long. */
  async #launched({ lab, wiring }: ActiveLab, record: NodeRecord, warnings: string[]): Promise<void> {
    const isGuest = record.node.kind !== 'namespace';
    if (isGuest) wiring.freshGuest(record.name);
    warnings.push(...(await this.#parts.consoles.up(record, lab)));
    if (!isGuest) return;
    for (const refusal of await wiring.unplugGuest(record.name)) this.#parts.log(refusal);
  }

  #ended(exit: ProcessExit): void {
    const active = this.#active;
    const record = active?.lab.records.get(exit.node);
    if (active === undefined || record === undefined || record.process?.pid !== exit.pid) return;
    const how = howItEnded(exit);
    if (!record.stopping) record.reason = how;
    record.ended(exit);
    void this.#parts.consoles.down(record);
    if (record.stopping) return;
    this.#parts.log(`${record.name}: ${how}`);
    this.#parts.events.emit({ kind: 'node', node: record.name, state: 'lost', reason: how });
    void this.#turns
      .take(() => converge(active.lab, active.wiring, 'carriers', silent))
      .catch((failure: unknown) => this.#parts.log(String(failure)));
  }

  async #save(lab: Lab): Promise<void> {
    const { document } = this.#parts;
    try {
      await document.save({
        version: 1,
        spec: lab.spec,
        running: [...lab.records.values()].filter((record) => record.wanted).map((record) => record.name),
        unplugged: [...lab.unplugged],
      });
    } catch (failure) {
      takeBack(lab, document.acknowledged);
      throw failure;
    }
    this.#unreadable = undefined;
  }
}

/** One reason is enough for a node that cannot start. */
function firstOfEach(failures: readonly NodeFailure[]): readonly NodeFailure[] {
  return failures.filter(({ node }, at) => failures.findIndex((other) => other.node === node) === at);
}

function howItEnded({ code, signal }: ProcessExit): string {
  if (signal !== undefined) return `it was ended by ${signal}`;
  return code === undefined ? 'it ended' : `it ended with exit code ${code}`;
}

function notRunning(record: NodeRecord): HostError {
  return new HostError('not-running', `${record.name} does not run${record.reason === undefined ? '' : `: ${record.reason}`}`, {
    hint: `start it with \`weft start ${record.name}\``,
  });
}
