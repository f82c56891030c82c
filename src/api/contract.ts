import type { Change } from '../model/change.ts';
import type { LinkConformance } from '../model/conformance.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { LabEvent, LabEventKind } from '../model/lab-event.ts';
import type { LabSpec } from '../model/lab-spec.ts';
import type { LabStatus } from '../model/lab-status.ts';
import type { LinkState } from '../model/link-state.ts';
import type { Outcome, ProgressEvent } from '../model/outcome.ts';
import type { Recording } from '../model/recording.ts';
import type { Link, Topology, TopologyNode } from '../model/topology.ts';
import type { LabPlan } from '../plan/lab-plan.ts';
import type { StepReport } from '../plan/step-report.ts';

/**
 * What a lab's engine answers to on its unix socket: `POST /v1/METHOD` with a JSON body. Methods that take long answer with one JSON
 * value a line: any number of `{"event": ...}`, then `{"result": ...}` or `{"error": ...}`.
 */
export interface Requests {
  /** `ports` asks for what every port sees; without it the ports are left out, which is much faster in large labs. */
  readonly status: { readonly ports: boolean };
  /** Starts nodes; running ones are skipped. `spec` replaces the lab's description while none of its nodes runs. */
  readonly start: {
    readonly spec: LabSpec;
    /** All that a script is generated for, where left out. */
    readonly nodes?: readonly string[] | undefined;
    /** Wait until every started node is ready. */
    readonly wait: boolean;
    /** Seconds until a node that is not ready counts as failed. */
    readonly timeout: number;
  };
  /** Ends nodes: SIGTERM, then SIGKILL after a grace time; at once with `kill`. */
  readonly stop: {
    readonly nodes?: readonly string[] | undefined;
    readonly kill?: boolean | undefined;
    /** Although they provide network to nodes that go on. */
    readonly force?: boolean | undefined;
  };
  /** What would be done to reach the desired state, or that of a file. Changes nothing. */
  readonly plan: { readonly file?: FileWish | undefined };
  /** Brings the lab to its desired state, or to that of a file. What is not allowed and would be needed is named, and nothing is done. */
  readonly apply: {
    readonly file?: FileWish | undefined;
    /** Whether nodes may be restarted where that is needed; `later` does the rest and leaves them as they are. */
    readonly restart: 'yes' | 'no' | 'later';
    /** Nodes that the file no longer has may be ended. */
    readonly remove: boolean;
    /** As for start, of the nodes that are launched. */
    readonly wait: boolean;
    readonly timeout: number;
    /** Leaves the nodes out of the status in the answer, which is much shorter in large labs. */
    readonly brief?: boolean | undefined;
  };
  /** Makes edits of the desired state and carries out what can be done while nodes run. All of them, or none where one cannot be made. */
  readonly change: { readonly changes: readonly Change[] };
  /** Makes nodes stand still, or go on. */
  readonly pause: { readonly nodes: readonly string[]; readonly paused: boolean };
  /** Attaches the uplinks of nodes again, and those below them whose terms have changed. */
  readonly reattach: { readonly nodes: readonly string[] };
  /** What is desired of the lab. */
  readonly desired: Record<string, never>;
  /** Reads a topology file's text as this lab's: a plan or an apply may then name what was read. Changes nothing. */
  readonly read: {
    readonly text: string;
    /** What people know the file by. */
    readonly path: string;
    /** The lab's name where the graph has none. */
    readonly defaultName: string;
    /** Names of the templates that there are. */
    readonly templates: readonly string[];
    /** Takes the place of the templates that the file names; where left out, the one with which the lab was started. */
    readonly template?: string | undefined;
  } & Pick<LabSpec, 'directory' | 'files' | 'input'>;
  /** Stops everything and ends the engine; the caller removes the sandbox afterwards. */
  readonly down: Record<string, never>;
  /**
   * Turns the physical link of a port on or off, at both its ends; with `oneWay` only what the port sends is lost, and carriers stay. After
   * `lasts` seconds it is as before; with `every`, this goes on every so many seconds until it is turned on for good.
   */
  readonly link: {
    readonly node: string;
    readonly port: string;
    readonly on: boolean;
    readonly oneWay?: boolean | undefined;
    readonly lasts?: number | undefined;
    readonly every?: number | undefined;
  };
  /** What the links at these ports, `NODE:PORT`, do to frames; of all links where left out. */
  readonly conditions: { readonly ports?: readonly string[] | undefined };
  /** Runs a command in a node and waits for its end. Standard input is base64; the timeout is in seconds. */
  readonly exec: {
    readonly node: string;
    readonly argv: readonly string[];
    readonly input?: string | undefined;
    readonly timeout: number;
  };
  /** Sends telltale frames through the wires at these ports, `NODE:PORT`; of all links where left out. */
  readonly conformance: { readonly ports?: readonly string[] | undefined };
  /**
   * What happens from now on, one event after the other, until the client goes or the engine ends; first those of the past after number
   * `since`, or the `last` so many. `nodes` and `kinds` choose among them.
   */
  readonly events: {
    readonly since?: number | undefined;
    readonly last?: number | undefined;
    readonly nodes?: readonly string[] | undefined;
    readonly kinds?: readonly LabEventKind[] | undefined;
    /** The past alone. */
    readonly past?: boolean | undefined;
  };
  /** What the words of a capture mean: ports first, then a filter. `all` adds every link. The capture itself is a stream (`LabConnection.capture`). */
  readonly capture: { readonly words: readonly string[]; readonly all: boolean };
  /** The flight recorder: switches it on for these ports, each with `size` bytes of memory, with `all` also for links that are made later; or off, or only looks. */
  readonly record:
    | {
        readonly action: 'on';
        readonly ports: readonly string[];
        readonly all: boolean;
        readonly size: number;
        readonly snaplen: number;
      }
    | { readonly action: 'off' }
    | { readonly action: 'show' };
}

/** What the engine has read of a file. */
export interface Reading {
  readonly diagnostics: readonly Diagnostic[];
  /** What to call it by, for as long as few others are read; left out where a diagnostic is an error. */
  readonly number?: number;
  /** What nodes are that run something, as far as the lab has none that are the same: each kind and template once. */
  readonly natures: readonly Pick<TopologyNode, 'kind' | 'template'>[];
}

/** A new file, and how much of it counts. */
export interface FileWish {
  /** What it says, or the number under which the engine has read it. */
  readonly spec: LabSpec | number;
  /** What concerns these nodes alone; all of it where left out. */
  readonly only?: readonly string[] | undefined;
  /** Forget what commands have changed. */
  readonly discard?: boolean | undefined;
}

/** How a change ended: what became of every step, beside what an outcome says. */
export interface ChangeOutcome extends Outcome {
  readonly reports: readonly StepReport[];
}

/** How an apply ended. With `needs`, nothing was done: these restarts and ends of nodes have to be allowed first. */
export interface ApplyOutcome extends ChangeOutcome {
  readonly needs?: { readonly restarts: readonly string[]; readonly removals: readonly string[] };
}

export interface Desired {
  /** The lab as its file described it. */
  readonly spec: LabSpec;
  /** The file's topology with what commands have changed. */
  readonly topology: Topology;
  /** Links of the feature attach-network-to, and uplinks, that exist now. */
  readonly connections: readonly Link[];
  /** Nodes that should run. */
  readonly running: readonly string[];
  /** The numbers of nodes. */
  readonly numbers: Readonly<Record<string, number>>;
  /** Clients whose change of netvm waits for them to go on, and the netvm that each had; empty for none. */
  readonly deferred: Readonly<Record<string, string>>;
}

export type Method = keyof Requests;

/** Where frames of a lab are to be captured, and which. */
export interface CaptureRequest {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  /** Also links that are made later, each at one end. */
  readonly all: boolean;
  /** In the language of pcap-filter(7); everything where empty. */
  readonly filter: string;
  /** Bytes of a frame to keep; 0 for all. */
  readonly snaplen: number;
}

export interface CaptureMeaning {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  readonly filter: string;
  /** Ports that were meant, and why they cannot be captured. */
  readonly left: readonly { readonly port: string; readonly reason: string }[];
}

export interface ExecResult {
  /** As a shell counts: 128 + signal where a signal ended the command. */
  readonly code: number;
  /** Base64. */
  readonly stdout: string;
  readonly stderr: string;
  /** There was more output than could be kept: 16 MiB of each, in guests. */
  readonly truncated: boolean;
}

export interface Responses {
  readonly status: LabStatus;
  readonly start: Outcome;
  readonly stop: Outcome;
  readonly plan: LabPlan;
  readonly apply: ApplyOutcome;
  readonly change: ChangeOutcome;
  readonly pause: ChangeOutcome;
  readonly reattach: ChangeOutcome;
  readonly desired: Desired;
  readonly read: Reading;
  readonly down: Outcome;
  readonly link: LabStatus;
  readonly conditions: readonly LinkState[];
  readonly exec: ExecResult;
  readonly conformance: readonly LinkConformance[];
  /** `down`: the lab is being taken down. `engine`: the engine ends, the lab goes on. `past`: no more was asked for. */
  readonly events: { readonly ended: 'down' | 'engine' | 'past' };
  readonly capture: CaptureMeaning;
  readonly record: Recording;
}

/** What a method tells before its result. */
export interface Told {
  readonly status: never;
  readonly start: ProgressEvent;
  readonly stop: ProgressEvent;
  readonly plan: never;
  readonly apply: ProgressEvent;
  readonly change: never;
  readonly pause: never;
  readonly reattach: never;
  readonly desired: never;
  readonly read: never;
  readonly down: ProgressEvent;
  readonly link: never;
  readonly conditions: never;
  readonly exec: never;
  readonly conformance: never;
  readonly events: LabEvent;
  readonly capture: never;
  readonly record: never;
}

/** An error as it travels. `code` is stable: a HostError's code, or `bad-request`, `no-such-node`, `no-such-port`, `not-running`, `refused`. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
