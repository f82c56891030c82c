import { z } from 'zod';

/**
 * What a lab's engine answers to on its unix socket: `POST /v1/METHOD` with a JSON body. Methods that take long answer with one JSON
 * value a line: any number of `{"event": ...}`, then `{"result": ...}` or `{"error": ...}`.
 */
const attributes = z.record(z.string(), z.string());
const linkEnd = z.object({ node: z.string(), port: z.string().optional() });

const topology = z.object({
  name: z.string(),
  attributes,
  nodes: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['vm', 'namespace', 'hub', 'host', 'internet', 'drawing']),
      template: z.string().optional(),
      attributes,
      labelPorts: z.array(z.string()),
    }),
  ),
  links: z.array(z.object({ id: z.string(), tail: linkEnd, head: linkEnd, attributes })),
});

/** A lab as the file describes it, and where its files are. All paths are absolute. */
export const labSpecSchema = z.object({
  name: z.string(),
  /** Where NODE, NODE.yaml, NODE.log... are. */
  directory: z.string(),
  /** Where relatively named images are looked up: the folder of the input file. */
  files: z.string(),
  topology,
});

/** Who is meant: nodes by name; everything where left out. */
const selection = { nodes: z.array(z.string()).optional() };

export const requestSchemas = {
  status: z.object({}),
  /** Starts nodes; running ones are skipped. `spec` replaces the lab's description while none of its nodes runs. */
  start: z.object({
    spec: labSpecSchema,
    ...selection,
    /** Wait until every started node is ready. */
    wait: z.boolean(),
    /** Seconds until a node that is not ready counts as failed. */
    timeout: z.number().positive(),
  }),
  stop: z.object({ ...selection }),
  /** Stops everything and ends the engine; the caller removes the sandbox afterwards. */
  down: z.object({}),
  /** Turns the physical link of a port on or off, at both its ends. */
  link: z.object({ node: z.string(), port: z.string(), on: z.boolean() }),
  /** Runs a command in a node and waits for its end. Standard input is base64. */
  exec: z.object({ node: z.string(), argv: z.array(z.string()).min(1), input: z.string().optional(), timeout: z.number().positive() }),
} as const satisfies Record<string, z.ZodType>;

export type Method = keyof typeof requestSchemas;
export type Requests = { readonly [M in Method]: z.infer<(typeof requestSchemas)[M]> };
export type LabSpec = z.infer<typeof labSpecSchema>;

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
