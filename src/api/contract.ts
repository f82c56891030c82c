import type { Topology } from '../model/topology.ts';

/**
 * What a lab's engine answers to on its unix socket: `POST /v1/METHOD` with a JSON body. Methods that take long answer with one JSON
 * value a line: any number of `{"event": ...}`, then `{"result": ...}` or `{"error": ...}`.
 */
export interface Requests {
  readonly status: Record<string, never>;
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
  readonly stop: { readonly nodes?: readonly string[] | undefined };
  /** Stops everything and ends the engine; the caller removes the sandbox afterwards. */
  readonly down: Record<string, never>;
  /** Turns the physical link of a port on or off, at both its ends. */
  readonly link: { readonly node: string; readonly port: string; readonly on: boolean };
  /** Runs a command in a node and waits for its end. Standard input is base64; the timeout is in seconds. */
  readonly exec: {
    readonly node: string;
    readonly argv: readonly string[];
    readonly input?: string | undefined;
    readonly timeout: number;
  };
}

export type Method = keyof Requests;

/** A lab as the file describes it, and where its files are. All paths are absolute. */
export interface LabSpec {
  readonly name: string;
  /** Where NODE, NODE.yaml, NODE.log... are. */
  readonly directory: string;
  /** Where relatively named images are looked up: the folder of the input file. */
  readonly files: string;
  readonly topology: Topology;
}

/**
 * `stopped`: not wanted, not there. `starting`: launched, not ready yet. `running`: ready. `lost`: wanted, and its process is gone.
 * `paused`: its virtual CPUs are stopped.
 */
export type NodeState = 'stopped' | 'starting' | 'running' | 'paused' | 'lost';

export interface PortStatus {
  readonly name: string;
  readonly mac: string;
  /** `NODE:PORT`, or `NODE` where the other end is a hub. */
  readonly peer: string;
  /** What the user asked for with `link`. */
  readonly link: 'on' | 'off';
  /** What the node sees: false when unplugged, or when the other end does not run. */
  readonly carrier: boolean;
  /** Addresses that the topology gives to the port, IP/PREFIX. */
  readonly addresses: readonly string[];
}

export interface NodeStatus {
  readonly name: string;
  readonly kind: string;
  readonly template: string;
  readonly state: NodeState;
  /** The machine's process number while the node runs. */
  readonly pid?: number;
  /** TCP ports that really listen on 127.0.0.1. */
  readonly console?: number;
  readonly monitor?: number;
  readonly ports: readonly PortStatus[];
  /** Why it is lost or could not start; one sentence. */
  readonly reason?: string;
}

export interface LabStatus {
  readonly lab: string;
  readonly directory: string;
  /** The machine's process number of the engine. */
  readonly engine: number;
  readonly nodes: readonly NodeStatus[];
}

/** What happens to a node while a long method runs. */
export interface ProgressEvent {
  readonly node: string;
  readonly stage: 'waiting' | 'launching' | 'launched' | 'ready' | 'failed' | 'stopping' | 'stopped' | 'skipped';
  readonly message?: string;
}

export interface NodeFailure {
  readonly node: string;
  readonly message: string;
  readonly hint?: string;
}

/** How a start or stop ended. Failures are listed, not thrown: the rest went on. */
export interface Outcome {
  readonly failures: readonly NodeFailure[];
  readonly warnings: readonly string[];
  readonly status: LabStatus;
}

export interface ExecResult {
  /** As a shell counts: 128 + signal where a signal ended the command. */
  readonly code: number;
  /** Base64. */
  readonly stdout: string;
  readonly stderr: string;
}

export interface Responses {
  readonly status: LabStatus;
  readonly start: Outcome;
  readonly stop: Outcome;
  readonly down: Outcome;
  readonly link: LabStatus;
  readonly exec: ExecResult;
}

/** An error as it travels. `code` is stable: a HostError's code, or `bad-request`, `no-such-node`, `no-such-port`, `not-running`, `refused`. */
export interface ApiError {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}
