import type { NodeNumbers } from '../address/node-numbers.ts';
import type { Clock } from '../boundary/clock.ts';
import type { ExecOutput } from '../boundary/driver.ts';
import { HostError } from '../boundary/host-error.ts';
import type { PciDevices } from '../boundary/pci-devices.ts';
import type { ReadTopology } from '../boundary/read-topology.ts';
import type { ByteStream } from '../boundary/streams.ts';
import type { WatchFile } from '../boundary/watch-file.ts';
import type { WayOut } from '../boundary/way-out.ts';
import type { LinkConformance } from '../model/conformance.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { LabStatus } from '../model/lab-status.ts';
import type { LinkState } from '../model/link-state.ts';
import type { Outcome, ProgressEvent } from '../model/outcome.ts';
import type { Link, Topology } from '../model/topology.ts';
import type { DeferredNetvms } from '../plan/deferred-netvms.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { HoldingParts } from './active-lab.ts';
import { Applying, type ApplyWish, type Needs } from './applying.ts';
import { type CaptureLab, captureLab } from './capture/capture-lab.ts';
import { Changing, type Edits } from './changing.ts';
import type { ConsoleKind, Consoles } from './console/consoles.ts';
import { Convergence } from './convergence.ts';
import { connectionLinks, desiredTopology } from './desired/desired-state.ts';
import type { DocumentStore } from './desired/document.ts';
import { HeldLab, type StateParts } from './desired/held-lab.ts';
import { type FileWish, withEdits } from './desired/next-state.ts';
import { ReadAhead } from './desired/read-ahead.ts';
import { type FileText, type Reading, Readings } from './desired/readings.ts';
import { MachineDevices } from './devices/machine-devices.ts';
import type { LabEvents } from './events/lab-events.ts';
import { tellChanges } from './events/step-events.ts';
import { examineLinks } from './links/conformance.ts';
import { linkStates } from './links/link-states.ts';
import { LinkSwitch, type SwitchWish } from './links/link-switch.ts';
import { PortCarriers } from './links/port-carriers.ts';
import { whyDown } from './links/why-down.ts';
import { Admission } from './nodes/admission.ts';
import { GuestPorts } from './nodes/guest-ports.ts';
import { andEvents } from './nodes/node-events.ts';
import type { NodeRecord } from './nodes/node-record.ts';
import { NodeStillness } from './nodes/node-stillness.ts';
import { QubesDoor } from './qubes/qubes-door.ts';
import { Starts, type StartWish } from './starts.ts';
import { Stops, type StopWish } from './stops.ts';
import { Takeover } from './takeover.ts';
import { Turns } from './turns.ts';
import { NetworkUpkeep } from './uplinks/network-upkeep.ts';
import { WaysOut } from './uplinks/ways-out.ts';
import { type ChangeOutcome, Statuses } from './views/statuses.ts';

/** What an engine is made of. */
export interface EngineParts extends Omit<HoldingParts, 'admission'> {
  readonly lab: string;
  /** The machine's process number of the engine. */
  readonly pid: number;
  readonly clock: Clock;
  readonly events: LabEvents;
  readonly document: DocumentStore;
  readonly consoles: Consoles;
  readonly wayOut: WayOut;
  readonly pci: PciDevices;
  readonly readTopology: ReadTopology;
  readonly watchFile: WatchFile;
  /** What the machine has, for those who ask. */
  readonly machine: { readonly memoryMib: number; readonly processors: number };
  /** How many machines may boot at once. */
  readonly bootSlots: number;
  readonly log: (message: string) => void;
}

type Emit = (event: ProgressEvent) => void;

/** A file wish whose file may be named by the number under which it was read. */
interface NamedFileWish extends Omit<FileWish, 'spec'> {
  readonly spec: LabSpec | number;
}

/** What the outcome of an apply tells. With `needs`, nothing was done: this has to be allowed first. */
export interface ApplyOutcome extends ChangeOutcome {
  readonly needs?: Needs;
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
  readonly numbers: NodeNumbers;
  readonly deferred: DeferredNetvms;
}

/** Holds the desired state of one lab, and brings the lab to it. */
export class LabEngine {
  /** What the Admin API of Qubes sees and changes. */
  readonly qubes: QubesDoor;
  readonly #parts: EngineParts;
  readonly #turns = new Turns();
  readonly #held: HeldLab;
  readonly #convergence: Convergence;
  readonly #takeover: Takeover;
  readonly #starts: Starts;
  readonly #changing: Changing;
  readonly #applying: Applying;
  readonly #stops: Stops;
  readonly #statuses: Statuses;
  readonly #links: LinkSwitch;
  readonly #readings: Readings;
  readonly #ahead: ReadAhead;
  readonly #upkeep: NetworkUpkeep;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const became: StateParts['became'] = (before, after) => {
      this.qubes.became(before, after);
      if (before?.spec.input !== after.spec.input) this.#ahead.follow();
    };
    this.#held = new HeldLab({ ...parts, admission: new Admission(parts.bootSlots), became });
    this.qubes = new QubesDoor({ ...parts, held: this.#held, engine: this });
    this.#readings = new Readings(parts.readTopology, parts.clock, (spec) => this.#applying.prepare(spec));
    this.#ahead = new ReadAhead({ ...parts, readings: this.#readings, spec: () => this.#held.state?.spec });
    const own = {
      held: this.#held,
      turns: this.#turns,
      abilities: parts.kernel.abilities,
      stillness: new NodeStillness(parts.events),
      waysOut: new WaysOut(parts),
      devices: new MachineDevices(parts),
    };
    const guestPorts = new GuestPorts(parts.clock, parts.log);
    const carriers = new PortCarriers(parts.events, (node, port) => whyDown(this.#held.active?.lab, node, port));
    this.#convergence = new Convergence({ ...parts, ...own, guestPorts, carriers });
    this.#takeover = new Takeover({ ...parts, ...own, convergence: this.#convergence, carriers });
    this.#starts = new Starts({ ...parts, ...own, convergence: this.#convergence });
    const changing = { ...parts, ...own, convergence: this.#convergence, starts: this.#starts };
    this.#changing = new Changing(changing);
    this.#applying = new Applying(changing);
    this.#links = new LinkSwitch({
      ...parts,
      ...own,
      momentary: this.#held.momentary,
      lab: () => this.#convergence.active.lab,
      file: () => this.#convergence.state.spec.topology,
      edit: async (changes, nodes) => {
        await this.#held.become(withEdits(this.#convergence.state, changes, this.#convergence.active.lab));
        tellChanges(parts.events, changes, nodes, 'link');
      },
      reconcile: (nodes) => this.#convergence.reconcile(nodes),
    });
    this.#statuses = new Statuses({ ...parts, held: this.#held, unreadable: () => this.#takeover.unreadable });
    this.#upkeep = new NetworkUpkeep({ ...parts, ...own, network: () => this.#held.active });
    const closing = () => {
      this.close();
      this.qubes.close();
    };
    this.#stops = new Stops({ ...parts, ...own, convergence: this.#convergence, closing });
  }

  /** Takes over what runs already: reads the document, finds processes and wires, and mends what is missing. From then on it keeps the lab up. */
  async adopt(): Promise<void> {
    await this.#takeover.adopt();
    void this.#upkeep.start();
  }

  /** Nothing is kept up any more; what runs goes on. */
  close(): void {
    this.#upkeep.close();
    this.#ahead.close();
  }

  /** Starts nodes; those that run, or are being started by another call, are skipped. */
  async start(request: StartWish & { readonly spec: LabSpec }, progress: Emit): Promise<Outcome> {
    const emit = andEvents(progress, this.#parts.events);
    const warnings: string[] = [];
    const begun = await this.#turns.take(async () => {
      warnings.push(...(await this.#takeover.takeSpec(request.spec)));
      return await this.#starts.begin(this.#withProviders(this.#convergence.active.lab.select(request.nodes)), request, {
        warnings,
        emit,
      });
    });
    const failed = await begun.launches.failures();
    const others = request.wait ? begun.selected.filter((record) => !begun.fresh.includes(record)) : [];
    const late = await this.#convergence.active.launcher.awaitStarted(others, request.timeout * 1000);
    await this.#convergence.settled();
    return await this.#statuses.outcome([...begun.blocked, ...failed, ...late], warnings);
  }

  /**
   * Stops nodes: SIGTERM, then SIGKILL after a grace time; at once with `kill`. Those that do not run are skipped. One that is the netvm of a
   * node that goes on is refused, unless by `kill` or `force`.
   */
  async stop(request: StopWish, progress: Emit): Promise<Outcome> {
    await this.#stops.stop(request, andEvents(progress, this.#parts.events));
    return { failures: [], warnings: [], status: await this.status({ ports: false }) };
  }

  /** Stops everything and removes what lies outside the sandbox. The lab cannot be used afterwards. */
  async down(progress: Emit): Promise<Outcome> {
    const warnings = await this.#stops.down(andEvents(progress, this.#parts.events));
    return { failures: [], warnings, status: await this.status({ ports: false }) };
  }

  /** What would have to be done to reach the desired state, or that of a file; nothing is changed. */
  async plan(request: { readonly file?: NamedFileWish | undefined }): Promise<LabPlan> {
    return await this.#applying.plan(this.#named(request.file));
  }

  /** Brings the lab to its desired state, or to that of a file, as far as restarts and ends of nodes are allowed. */
  async apply(
    {
      file,
      brief,
      ...wish
    }: Omit<ApplyWish, 'file'> & { readonly file?: NamedFileWish | undefined; readonly brief?: boolean | undefined },
    progress: Emit,
  ): Promise<ApplyOutcome> {
    const applied = await this.#applying.apply({ ...wish, file: this.#named(file) }, andEvents(progress, this.#parts.events));
    return {
      ...(await this.#statuses.changeOutcome(applied, brief)),
      ...(applied.needs === undefined ? {} : { needs: applied.needs }),
    };
  }

  /** Makes edits of the desired state, and brings the lab to it as far as that needs no restart. All of them or, after a fault, none. */
  async change(request: { readonly changes: Edits; readonly door?: string }): Promise<ChangeOutcome> {
    return await this.#statuses.changeOutcome(await this.#changing.change(request.changes, request.door ?? 'change'));
  }

  /** Makes nodes stand still, or go on. Those that do not run are skipped. */
  async pause(request: { readonly nodes: readonly string[]; readonly paused: boolean }): Promise<ChangeOutcome> {
    this.#convergence.active.lab.select(request.nodes);
    return await this.#statuses.changeOutcome(await this.#changing.pause(request.nodes, request.paused));
  }

  /** Attaches the uplinks of nodes again, and those below them whose terms have changed. */
  async reattach(request: { readonly nodes: readonly string[] }): Promise<ChangeOutcome> {
    this.#convergence.active.lab.select(request.nodes);
    return await this.#statuses.changeOutcome(await this.#changing.reattach(request.nodes));
  }

  /** Reads a topology file's text as this lab's; a plan or an apply may then name what was read. */
  async read(file: FileText): Promise<Reading> {
    // A file that was away for long may be back.
    this.#ahead.follow();
    return await this.#readings.read(file, this.#convergence.state.spec);
  }

  /** What is desired: the file's topology with what commands have changed. */
  desired(): Desired {
    const { state } = this.#convergence;
    return {
      spec: state.spec,
      topology: desiredTopology(state),
      connections: connectionLinks(state),
      running: [...state.running],
      numbers: state.numbers,
      deferred: state.deferred,
    };
  }

  /** Plugs or unplugs the cable at a port; both ends see it. */
  async link(request: SwitchWish): Promise<LabStatus> {
    await this.#links.switch(request);
    return await this.status({ ports: true });
  }

  /** What the links at these ports do to frames, all links where left out. */
  async conditions(request: { readonly ports?: readonly string[] | undefined }): Promise<readonly LinkState[]> {
    const { lab } = this.#convergence.active;
    return await linkStates(this.#parts.kernel, lab, lab.linksAt(request.ports));
  }

  /** Runs a command in a node and waits for its end; the timeout is in seconds. */
  async exec(request: {
    node: string;
    argv: readonly string[];
    input: Uint8Array | undefined;
    timeout: number;
  }): Promise<ExecOutput> {
    const record = this.#convergence.active.lab.record(request.node);
    if (record.handle === undefined) throw notRunning(record);
    return await record.handle.exec(request.argv, request.input, request.timeout * 1000);
  }

  /** Sends telltale frames through the wires at these ports, of all links where left out. */
  async conformance(request: { ports?: readonly string[] | undefined }): Promise<readonly LinkConformance[]> {
    const { lab, wiring } = this.#convergence.active;
    const { kernel, clock } = this.#parts;
    return await examineLinks({ lab, carrier: wiring.carrier, kernel, clock }, lab.linksAt(request.ports));
  }

  async status(request: { ports: boolean }): Promise<LabStatus> {
    return await this.#statuses.status(request);
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

  #named(file: NamedFileWish | undefined): FileWish | undefined {
    if (file === undefined) return undefined;
    return { ...file, spec: typeof file.spec === 'number' ? this.#readings.spec(file.spec) : file.spec };
  }

  /** Nodes with what provides their network, which is started first (specs of Qubes networking, section 2). */
  #withProviders(selected: readonly NodeRecord[]): readonly NodeRecord[] {
    const { records, parts } = this.#convergence.active.lab;
    const names = selected.flatMap(({ name }) => [...parts.routed.providersOf(name).toReversed(), name]);
    return [...new Set(names)].flatMap((name) => records.get(name) ?? []);
  }
}

function notRunning(record: NodeRecord): HostError {
  return new HostError('not-running', `${record.name} does not run${record.reason === undefined ? '' : `: ${record.reason}`}`, {
    hint: `start it with \`weft start ${record.name}\``,
  });
}
