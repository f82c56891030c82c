import type { Clock } from '../boundary/clock.ts';
import type { ExecOutput } from '../boundary/driver.ts';
import { HostError } from '../boundary/host-error.ts';
import type { ProcessExit } from '../boundary/kernel.ts';
import type { ByteStream } from '../boundary/streams.ts';
import type { Change } from '../model/change.ts';
import type { LinkConformance } from '../model/conformance.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { LabStatus } from '../model/lab-status.ts';
import type { LinkState } from '../model/link-state.ts';
import type { NodeFailure, Outcome, ProgressEvent } from '../model/outcome.ts';
import type { Link, Topology } from '../model/topology.ts';
import { isUnchanged } from '../model/topology-changes.ts';
import { connectionsOf } from '../plan/attachments.ts';
import type { DesiredLab } from '../plan/desired.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { ObservedLab } from '../plan/observed.ts';
import { planLab } from '../plan/plan-lab.ts';
import type { Step } from '../plan/step.ts';
import type { StepReport } from '../plan/step-report.ts';
import type { ActiveLab, HoldingParts } from './active-lab.ts';
import { Admission } from './admission.ts';
import { type CaptureLab, captureLab } from './capture/capture-lab.ts';
import { carryOut } from './carry-out.ts';
import { conditionRefusals } from './conditions.ts';
import { examineLinks } from './conformance.ts';
import type { ConsoleKind, Consoles } from './consoles.ts';
import { connectionLinks, type DesiredState, desiredTopology } from './desired-state.ts';
import type { DocumentStore } from './document.ts';
import { GuestPorts } from './guest-ports.ts';
import { HeldLab } from './held-lab.ts';
import type { Lab } from './lab.ts';
import type { LabEvents } from './lab-events.ts';
import { Launches } from './launches.ts';
import { linkStates } from './link-states.ts';
import { LinkSwitch, type SwitchWish } from './link-switch.ts';
import { type FileWish, freshState, withEdits, withFile } from './next-state.ts';
import { andEvents } from './node-events.ts';
import type { NodeRecord } from './node-record.ts';
import { planView } from './plan-view.ts';
import { PortCarriers } from './port-carriers.ts';
import { refuseConditions } from './refuse-conditions.ts';
import { statusOf } from './status-view.ts';
import { problemOf, statusWithoutDocument } from './status-without-document.ts';
import { tellChanges, tellReports } from './step-events.ts';
import { firstOfEach, refusedLinks, stepFailures } from './step-failures.ts';
import { terminate } from './terminate.ts';
import { Turns } from './turns.ts';
import { whyDown } from './why-down.ts';

/** What an engine is made of. */
export interface EngineParts extends Omit<HoldingParts, 'admission'> {
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

/** From this many links on, people are told that links are being made. */
const worthTelling = 200;

/** What the outcome of a change tells beyond that of a start. */
export interface ChangeOutcome extends Outcome {
  readonly reports: readonly StepReport[];
}

/** What is desired of a lab, for people and programs. */
export interface Desired {
  /** The lab as its file described it. */
  readonly spec: LabSpec;
  /** The file's topology with what commands have changed. */
  readonly topology: Topology;
  /** Links of the feature attach-network-to that exist now. */
  readonly connections: readonly Link[];
  /** Nodes that should run. */
  readonly running: readonly string[];
}

export interface StartWish {
  readonly nodes?: readonly string[] | undefined;
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
}

/** Desired against observed, and the steps between them. */
interface Plan {
  readonly desired: DesiredLab;
  readonly observed: ObservedLab;
  readonly steps: readonly Step[];
}

/** Holds the desired state of one lab, and brings the lab to it. */
export class LabEngine {
  readonly #parts: EngineParts;
  readonly #turns = new Turns();
  readonly #held: HeldLab;
  readonly #guestPorts: GuestPorts;
  readonly #links: LinkSwitch;
  /** Nodes whose surroundings may have to change, because they have come up or gone. */
  #unsettled = new Set<string>();
  #settling: Promise<void> = Promise.resolve();
  readonly #carriers: PortCarriers;
  /** Why the desired state is not known although there is a document. */
  #unreadable: HostError | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#held = new HeldLab({ ...parts, admission: new Admission(parts.bootSlots) });
    this.#guestPorts = new GuestPorts(parts.clock, parts.log);
    this.#links = new LinkSwitch({
      ...parts,
      turns: this.#turns,
      abilities: parts.kernel.abilities,
      momentary: this.#held.momentary,
      lab: () => this.#running().lab,
      file: () => this.#stateOf().spec.topology,
      edit: async (changes, nodes) => {
        await this.#held.become(withEdits(this.#stateOf(), changes, this.#running().lab));
        tellChanges(parts.events, changes, nodes, 'link');
      },
      reconcile: (nodes) => this.#reconcile(nodes),
    });
    this.#carriers = new PortCarriers(parts.events, (node, port) => whyDown(this.#held.active?.lab, node, port));
  }

  /** Takes over what runs already: reads the document, finds processes and wires, and mends what is missing. */
  async adopt(): Promise<void> {
    this.#parts.kernel.onExit((exit) => this.#ended(exit));
    this.#parts.kernel.onInterfaces((sights) => this.#carriers.saw(sights));
    const state = await this.#loadState();
    this.#parts.events.emit({ kind: 'engine', process: this.#parts.pid, state: state === undefined ? 'started' : 'adopted' });
    if (state === undefined) return;
    const active = await this.#open(state, 'empty');
    for (const record of active.lab.records.values()) {
      if (!record.wanted || record.process !== undefined) continue;
      record.reason = 'its process ended while no engine watched';
      this.#parts.events.emit({ kind: 'node', node: record.name, state: 'lost', reason: record.reason });
    }
    await active.wiring.resume();
    for (const { message } of await this.#reconcile()) if (message !== undefined) this.#parts.log(message);
  }

  /** Starts nodes; those that run, or are being started by another call, are skipped. */
  async start(request: StartWish & { readonly spec: LabSpec }, progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    const warnings: string[] = [];
    const begun = await this.#turns.take(async () => {
      warnings.push(...(await this.#takeSpec(request.spec)));
      const { lab } = this.#running();
      return await this.#begin(this.#select(lab, request.nodes), request, { warnings, emit });
    });
    const failed = await begun.launches.failures();
    const others = request.wait ? begun.selected.filter((record) => !begun.fresh.includes(record)) : [];
    const late = await this.#running().launcher.awaitStarted(others, request.timeout * 1000);
    await this.#settled();
    return await this.#outcome([...begun.blocked, ...failed, ...late], warnings);
  }

  /** Stops nodes: SIGTERM, then SIGKILL after a grace time; at once with `kill`. Those that do not run are skipped. */
  async stop(request: { nodes?: readonly string[] | undefined; kill?: boolean | undefined }, progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    await this.#turns.take(async () => {
      const { active, state } = this.#held;
      if (active === undefined || state === undefined) return;
      const selected = this.#select(active.lab, request.nodes);
      await this.#end(selected, request.kill === true, emit);
    });
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Stops everything and removes what lies outside the sandbox. The lab cannot be used afterwards. */
  async down(progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    const warnings: string[] = [];
    await this.#turns.take(async () => {
      const { active, state } = this.#held;
      if (active === undefined) return;
      if (state !== undefined && !isUnchanged(state.changes)) {
        warnings.push('what commands had changed of the topology is gone with the lab');
      }
      for (const record of active.lab.records.values()) record.wanted = false;
      await terminate([...active.lab.records.values()], active.lab.spec.directory, this.#parts, { emit });
      await active.wiring.dismantle();
    });
    return { failures: [], warnings, status: await this.status({ ports: false }) };
  }

  /** What would have to be done to reach the desired state, or that of a file; nothing is changed. */
  async plan(request: { readonly file?: FileWish | undefined }): Promise<LabPlan> {
    return await this.#turns.take(async () => {
      const active = this.#running();
      const state = this.#stateOf();
      const next = request.file === undefined ? state : withFile(state, this.#checked(request.file), active.lab);
      const { lab, outdated } = await this.#held.compile(next, active);
      const wanted = await this.#planFor(active, lab, next, outdated);
      const kept = { file: next.spec.topology, changes: request.file?.discard === true ? next.changes : state.changes };
      return planView({ before: active.lab, after: lab, steps: wanted.steps, ...kept });
    });
  }

  /** Brings the lab to its desired state, or to that of a file. Nodes are restarted only with `restart`. */
  async apply(
    request: StartWish & { readonly file?: FileWish | undefined; readonly restart: boolean },
    progress: Emit,
  ): Promise<ChangeOutcome> {
    const emit = andEvents(progress, this.#parts.events);
    const warnings: string[] = [];
    const done = await this.#turns.take(async () => {
      const active = this.#running();
      const before = [...active.lab.records.values()];
      const state = this.#stateOf();
      if (request.file !== undefined) {
        await this.#held.become(withFile(state, this.#checked(request.file), active.lab));
        const change = `take the topology of ${request.file.spec.directory}`;
        this.#parts.events.emit({ kind: 'change', change, nodes: [...active.lab.records.keys()], state: 'kept', door: 'apply' });
      }
      const gone = before.filter(({ name }) => !active.lab.records.has(name));
      const leaving = goneSteps(gone);
      const plan = await this.#planFor(active, active.lab, this.#stateOf(), this.#held.outdated);
      const restarts = plan.steps.filter(({ action }) => action === 'restart');
      const ending = request.restart ? restarts.flatMap((step) => ('node' in step ? [step.node] : [])) : [];
      const stopping = [...active.lab.records.values()].filter(({ wanted, process }) => !wanted && process !== undefined);
      const restarting = [...active.lab.records.values()].filter(({ name }) => ending.includes(name));
      await terminate([...gone, ...stopping, ...restarting], active.lab.spec.directory, this.#parts, { emit });
      await this.#forgetLaunched(ending);
      const fresh = [...active.lab.records.values()].filter((record) => record.wanted && record.process === undefined);
      const begun = await this.#begin(fresh, request, { warnings, emit });
      const ended = [...leaving, ...plan.steps.filter(({ action }) => action === 'terminate')];
      const reports: StepReport[] = [
        ...ended.map((step): StepReport => ({ step, outcome: 'done' })),
        ...restarts.map((step): StepReport => ({ step, outcome: request.restart ? 'done' : 'pending' })),
        ...begun.reports,
      ];
      return { ...begun, reports };
    });
    const failed = await done.launches.failures();
    await this.#settled();
    return {
      ...(await this.#outcome([...done.blocked, ...failed], warnings)),
      reports: [...done.reports, ...launchReports(done, failed)],
    };
  }

  /** Makes edits of the desired state, and brings the lab to it as far as that needs no restart. All of them or, after a fault, none. */
  async change(request: { readonly changes: readonly Change[] }): Promise<ChangeOutcome> {
    const warnings: string[] = [];
    const reports = await this.#turns.take(async () => {
      const active = this.#running();
      const state = this.#stateOf();
      const before = active.lab;
      refuseConditions(request.changes, active.lab, this.#parts.kernel.abilities);
      const next = withEdits(state, request.changes, active.lab);
      await this.#held.become(this.#withConnections(next));
      const touched = touchedNodes(request.changes, before, active.lab);
      tellChanges(this.#parts.events, request.changes, touched, 'change');
      for (const [node, why] of this.#held.outdated) warnings.push(`${node} runs on as it was until it is restarted: ${why}`);
      return await this.#reconcile(touched);
    });
    await this.#settled();
    const { lab } = this.#running();
    return { ...(await this.#outcome(stepFailures(lab, reports), warnings)), reports };
  }

  /** Makes nodes stand still, or go on. Those that do not run are skipped. */
  async pause(request: { readonly nodes: readonly string[]; readonly paused: boolean }): Promise<ChangeOutcome> {
    const reports = await this.#turns.take(async () => {
      const { lab } = this.#running();
      const state = this.#stateOf();
      const selected = this.#select(lab, request.nodes).filter(({ process }) => process !== undefined);
      if (selected.length === 0) throw new HostError('not-running', 'none of these nodes runs');
      const paused = new Set(state.paused);
      for (const { name } of selected)
        if (request.paused) paused.add(name);
        else paused.delete(name);
      await this.#held.become({ ...state, paused });
      return await this.#reconcile(new Set(selected.map(({ name }) => name)));
    });
    await this.#settled();
    return { ...(await this.#outcome(stepFailures(this.#running().lab, reports), [])), reports };
  }

  /** What is desired: the file's topology with what commands have changed. */
  desired(): Desired {
    this.#running();
    const state = this.#stateOf();
    return {
      spec: state.spec,
      topology: desiredTopology(state),
      connections: connectionLinks(state),
      running: [...state.running],
    };
  }

  /** Plugs or unplugs the cable at a port; both ends see it. */
  async link(request: SwitchWish): Promise<LabStatus> {
    await this.#links.switch(request);
    return await this.status({ ports: true });
  }

  /** What the links at these ports do to frames, all links where left out. */
  async conditions(request: { readonly ports?: readonly string[] | undefined }): Promise<readonly LinkState[]> {
    const { lab } = this.#running();
    return await linkStates(this.#parts.kernel, lab, lab.linksAt(request.ports));
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
    const { active, state } = this.#held;
    if (active === undefined) return { ...(await statusWithoutDocument(name, engine, kernel)), ...problem };
    const { lab, wiring } = active;
    const namespaces = [...lab.records.values()]
      .filter((record) => record.node.kind === 'namespace')
      .map((record) => record.name);
    const interfaces = request.ports ? await kernel.interfaces(namespaces) : undefined;
    const facts = {
      engine,
      listening: consoles.listening,
      carrier: wiring.carrier,
      paused: state?.paused ?? new Set(),
      interfaces,
    };
    return { ...statusOf(lab, facts), ...problem };
  }

  /** The lab as captures see it; undefined before its first start. */
  get captured(): CaptureLab | undefined {
    const { active } = this.#held;
    return active && captureLab(active.lab);
  }

  /** Serves a viewer of a node's console or monitor, or says in a sentence why not. */
  open(node: string, kind: ConsoleKind): ((stream: ByteStream) => void) | string {
    const record = this.#held.active?.lab.records.get(node);
    return record === undefined ? `the lab has no node ${node} that runs something` : this.#parts.consoles.open(record, kind);
  }

  /** What of a start must happen one after the other: what is wanted, namespaces and wires. Launches have begun then. */
  async #begin(
    selected: readonly NodeRecord[],
    wish: StartWish,
    { warnings, emit }: { readonly warnings: string[]; readonly emit: Emit },
  ): Promise<Begun> {
    const active = this.#running();
    const fresh = selected.filter((record) => record.process === undefined && !record.launching);
    for (const record of selected) {
      if (record.process !== undefined) emit({ node: record.name, stage: 'skipped', message: 'it runs already' });
      else if (record.launching) emit({ node: record.name, stage: 'skipped', message: 'it is being started' });
      else if (record.wanted && record.reason !== undefined) warnings.push(`${record.name} was lost and is launched again`);
    }
    const state = this.#stateOf();
    const names = new Set(selected.map(({ name }) => name));
    const paused = new Set([...state.paused].filter((name) => !fresh.some((record) => record.name === name)));
    await this.#held.become({ ...state, running: new Set([...state.running, ...names]), paused });
    for (const record of fresh) record.reason = undefined;
    const launches = new Launches(active.launcher, {
      wait: wish.wait,
      timeoutMs: wish.timeout * 1000,
      emit,
      launched: (record) => this.#launched(record, warnings),
    });
    const refused = refusedLinks(active.lab);
    const held = new Set(refused.map(({ node }) => node));
    const reports = await this.#converge(undefined, emit, (nodes, failed) => {
      const wired = new Set(nodes);
      for (const node of failed) held.add(node);
      launches.begin(fresh.filter(({ name, node }) => node.kind === 'namespace' && wired.has(name) && !held.has(name)));
    });
    for (const { message } of conditionRefusals(active.lab, this.#parts.kernel.abilities).values()) warnings.push(message);
    const blocked = firstOfEach([...refused, ...stepFailures(active.lab, reports)]).filter(({ node }) => names.has(node));
    for (const { node, message } of blocked) {
      const record = active.lab.records.get(node);
      if (record !== undefined && record.process === undefined) record.reason = message;
      held.add(node);
      emit({ node, stage: 'failed', message });
    }
    launches.begin(fresh.filter(({ name }) => !held.has(name)));
    return { selected, fresh, blocked, launches, reports };
  }

  async #end(selected: readonly NodeRecord[], kill: boolean, emit: Emit): Promise<void> {
    const { lab } = this.#running();
    const state = this.#stateOf();
    const names = new Set(selected.map(({ name }) => name));
    const without = (nodes: ReadonlySet<string>) => new Set([...nodes].filter((name) => !names.has(name)));
    await this.#held.become({ ...state, running: without(state.running), paused: without(state.paused) });
    await terminate(selected, lab.spec.directory, this.#parts, { emit, kill });
    await this.#forgetLaunched([...names]);
    await this.#reconcile(names);
  }

  /** Brings what is there to what should be, apart from starting and ending processes; connections first. In a turn. */
  async #reconcile(scope?: ReadonlySet<string>): Promise<readonly StepReport[]> {
    const state = this.#stateOf();
    const next = this.#withConnections(state);
    if (next !== state) await this.#held.become(next, { durable: false });
    const reports = await this.#converge(scope, silent);
    // Whoever goes on may be connected now.
    return this.#withConnections(this.#stateOf()) === this.#stateOf() ? reports : [...reports, ...(await this.#reconcile(scope))];
  }

  async #converge(
    scope: ReadonlySet<string> | undefined,
    emit: Emit,
    wired: (nodes: readonly string[], failed: ReadonlySet<string>) => void = () => undefined,
  ): Promise<readonly StepReport[]> {
    const active = this.#running();
    const plan = await this.#planFor(active, active.lab, this.#stateOf(), this.#held.outdated, scope);
    const links = plan.steps.filter((step) => step.action === 'connect').length;
    if (links > worthTelling) emit({ node: '', stage: 'waiting', message: `making ${links} links` });
    const reports = await carryOut(active.lab, active.wiring, plan, {
      wired,
      plugged: (node, port) => this.#guestPorts.plugged(active, node, port),
    });
    this.#carriers.guestsTold(active.lab, reports);
    tellReports(this.#parts.events, active.lab, reports);
    return reports;
  }

  async #planFor(
    active: ActiveLab,
    lab: Lab,
    state: DesiredState,
    outdated: ReadonlyMap<string, string>,
    scope?: ReadonlySet<string>,
  ): Promise<Plan> {
    const observed = await active.wiring.observe(scope, lab);
    const desired = lab.desired({
      runs: (record) => state.running.has(record.name) && (record.process !== undefined || record.reason === undefined),
      paused: (node) => state.paused.has(node),
      outdated: (node) => outdated.get(node),
      made: (link) => active.wiring.made(link),
    });
    return { desired, observed, steps: planLab(desired, observed) };
  }

  /** The same state, unless other connections should exist now. */
  #withConnections(state: DesiredState): DesiredState {
    const lab = this.#held.active?.lab;
    const connections = connectionsOf(desiredTopology(state), state.connections, {
      runs: (node) => state.running.has(node) && lab?.records.get(node)?.process !== undefined,
      paused: (node) => state.paused.has(node),
    });
    const same =
      connections.length === state.connections.length && connections.every((each, at) => each === state.connections[at]);
    return same ? state : { ...state, connections };
  }

  /** Sees to it, in a turn of its own, that connections and carriers fit a node that has come up or gone. */
  #settle(node: string): void {
    const isFirst = this.#unsettled.size === 0;
    this.#unsettled.add(node);
    if (!isFirst) return;
    this.#settling = this.#turns
      .take(async () => {
        const nodes = this.#unsettled;
        this.#unsettled = new Set();
        if (this.#held.active === undefined) return;
        for (const { message } of await this.#reconcile(nodes)) if (message !== undefined) this.#parts.log(message);
      })
      .catch((failure: unknown) => this.#parts.log(String(failure)));
  }

  /** Resolves when what has come up or gone by now has been seen to, in guests that can be asked, too. */
  async #settled(): Promise<void> {
    await this.#settling;
    await this.#guestPorts.settled();
  }

  /** The record of a node that can run; HostError `no-such-node` otherwise. */
  #record(name: string): NodeRecord {
    const record = this.#running().lab.records.get(name);
    if (record === undefined) throw new HostError('no-such-node', `the lab has no node ${name} that runs something`);
    return record;
  }

  #running(): ActiveLab {
    const { active } = this.#held;
    if (active === undefined) throw new HostError('not-running', `lab ${this.#parts.lab} was never started`);
    return active;
  }

  #stateOf(): DesiredState {
    const { state } = this.#held;
    if (state === undefined) throw new HostError('not-running', `lab ${this.#parts.lab} was never started`);
    return state;
  }

  #select(lab: Lab, names: readonly string[] | undefined): NodeRecord[] {
    if (names === undefined || names.length === 0) return [...lab.records.values()];
    return names.map((name) => this.#record(name));
  }

  /** Takes a new description while nothing runs; while something does, says that it is not taken. */
  async #takeSpec(spec: LabSpec): Promise<string[]> {
    const { active, state } = this.#held;
    const runs =
      active !== undefined && [...active.lab.records.values()].some((record) => record.process !== undefined || record.launching);
    if (active === undefined || state === undefined || !runs) {
      await active?.wiring.dismantle();
      const changes = state?.changes ?? freshState(spec).changes;
      await this.#open({ ...freshState(spec), changes }, 'refused');
      return [];
    }
    this.#checked({ spec });
    if (JSON.stringify(state.spec.topology) !== JSON.stringify(spec.topology)) {
      return ['the file has changed since the lab took it: weft plan shows what that means, weft apply does it'];
    }
    await this.#held.readScripts(active);
    return [];
  }

  /** A file of the same lab; HostError `refused` otherwise. */
  #checked(file: FileWish): FileWish {
    const { directory } = this.#stateOf().spec;
    if (directory === file.spec.directory) return file;
    throw new HostError('refused', `lab ${file.spec.name} runs already, from ${directory}`, {
      hint: 'give this one another name with --name, or take the other down',
    });
  }

  /** A document that cannot be read must not keep a lab from being taken down, or started anew. */
  async #loadState(): Promise<DesiredState | undefined> {
    try {
      return await this.#parts.document.load();
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      this.#parts.log(failure.message);
      this.#unreadable = failure;
      return undefined;
    }
  }

  /** Works with this state from now on. */
  async #open(state: DesiredState, missingScripts: 'refused' | 'empty'): Promise<ActiveLab> {
    const active = await this.#held.open(state, missingScripts);
    this.#unreadable = undefined;
    for (const record of active.lab.records.values()) {
      if (record.process === undefined) continue;
      for (const warning of await this.#parts.consoles.up(record, active.lab)) this.#parts.log(warning);
    }
    return active;
  }

  /** What a node was launched as is what is desired of it, now that its process is another one. */
  async #forgetLaunched(nodes: readonly string[]): Promise<void> {
    const state = this.#stateOf();
    if (!nodes.some((name) => Object.hasOwn(state.launched, name))) return;
    const launched = Object.fromEntries(Object.entries(state.launched).filter(([name]) => !nodes.includes(name)));
    await this.#held.become({ ...state, launched });
  }

  /** Once a process runs: its ports listen, and a guest whose cable is unplugged is told before it can see the link up for long. */
  async #launched(record: NodeRecord, warnings: string[]): Promise<void> {
    const { lab, wiring } = this.#running();
    const isGuest = record.node.kind !== 'namespace';
    if (isGuest) wiring.freshGuest(record.name);
    warnings.push(...(await this.#parts.consoles.up(record, lab)));
    if (isGuest) for (const refusal of await wiring.unplugGuest(record.name)) this.#parts.log(refusal);
    if (this.#withConnections(this.#stateOf()) !== this.#stateOf()) this.#settle(record.name);
  }

  #ended(exit: ProcessExit): void {
    const record = this.#held.active?.lab.records.get(exit.node);
    if (record === undefined || record.process?.pid !== exit.pid) return;
    const how = howItEnded(exit);
    if (!record.stopping) record.reason = how;
    record.ended(exit);
    void this.#parts.consoles.down(record);
    if (record.stopping) return;
    this.#parts.log(`${record.name}: ${how}`);
    this.#parts.events.emit({ kind: 'node', node: record.name, state: 'lost', reason: how });
    this.#settle(record.name);
  }

  async #outcome(failures: readonly NodeFailure[], warnings: readonly string[]): Promise<Outcome> {
    const { active } = this.#held;
    const ports = (active?.lab.records.size ?? 0) <= portsShown;
    const told = [...warnings, ...(active?.config.takeWarnings() ?? [])];
    return { failures, warnings: told, status: await this.status({ ports }) };
  }
}

/** A start whose launches have begun. */
interface Begun {
  readonly selected: readonly NodeRecord[];
  readonly fresh: readonly NodeRecord[];
  readonly blocked: readonly NodeFailure[];
  readonly launches: Launches;
  readonly reports: readonly StepReport[];
}

function goneSteps(gone: readonly NodeRecord[]): readonly Step[] {
  return gone
    .filter(({ process }) => process !== undefined)
    .map(({ name }) => ({ action: 'terminate', node: name, reason: `the topology has no node ${name}` }));
}

function launchReports({ fresh, blocked }: Begun, failed: readonly NodeFailure[]): readonly StepReport[] {
  const failures = new Map([...blocked, ...failed].map(({ node, message }) => [node, message]));
  return fresh.map(({ name }): StepReport => {
    const step: Step = { action: 'launch', node: name, reason: `${name} should run` };
    const message = failures.get(name);
    return message === undefined ? { step, outcome: 'done' } : { step, outcome: 'failed', message };
  });
}

/** Nodes that edits are about: they themselves, and the ends of links that come, go or change. */
function touchedNodes(changes: readonly Change[], before: Lab, after: Lab): ReadonlySet<string> {
  const touched = new Set<string>();
  for (const change of changes) {
    if ('node' in change) touched.add(change.node);
    if (change.change === 'attach') for (const { node } of [change.tail, change.head]) touched.add(node);
    const link = 'link' in change ? (after.linksById.get(change.link) ?? before.linksById.get(change.link)) : undefined;
    for (const end of link === undefined ? [] : [link.tail, link.head]) touched.add(end.node);
  }
  for (const [one, other] of [
    [before, after],
    [after, before],
  ] as const) {
    for (const [id, link] of one.linksById) {
      if (!other.linksById.has(id)) for (const { node } of [link.tail, link.head]) touched.add(node);
    }
  }
  return touched;
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
