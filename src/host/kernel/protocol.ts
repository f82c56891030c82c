import type {
  CaptureRequest,
  ConditionedInterface,
  Flow,
  HandedLine,
  InterfaceSight,
  InterfaceState,
  KernelAbilities,
  KernelFailure,
  KernelOp,
  Netns,
  NodeProcess,
  Passage,
  ProcessExit,
  SpawnRequest,
} from '../../boundary/kernel.ts';

/** What the worker is asked, by name: the arguments and the answer. */
export interface KernelCalls {
  start: (lab: string, hostProc: string) => KernelAbilities;
  run: (ops: readonly KernelOp[]) => readonly (KernelFailure | undefined)[];
  spawn: (requests: readonly SpawnRequest[]) => Promise<readonly (NodeProcess | KernelFailure)[]>;
  signal: (pids: readonly number[], signal: string) => undefined;
  stopped: (pids: readonly number[]) => readonly number[];
  interfaces: (namespaces: readonly Netns[]) => readonly InterfaceState[];
  conditioned: (namespaces: readonly Netns[]) => readonly ConditionedInterface[];
  flows: (netns: Netns) => readonly Flow[];
  namespaces: () => readonly Netns[];
  processes: () => readonly NodeProcess[];
  capture: (request: CaptureRequest) => Promise<readonly (KernelFailure | undefined)[]>;
  passages: (passages: readonly Passage[], milliseconds: number) => Promise<readonly (readonly Uint8Array[] | KernelFailure)[]>;
  recapture: (socketPath: string, ports: CaptureRequest['ports']) => undefined;
  relay: (path: string, netns: Netns, host: string, port: number) => Promise<undefined>;
  /** `until` as `machineTime` counts: what waited too long for a worker that stood still is not done any more. */
  hand: (path: string, lines: readonly HandedLine[], until: number) => Promise<readonly string[]>;
}

/** Messages of node:child_process's channel, in its `advanced` serialization: undefined stays undefined. */
export interface KernelCall {
  readonly id: number;
  readonly call: keyof KernelCalls;
  readonly arguments: readonly unknown[];
}

export type KernelMessage =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: KernelFailure }
  | { readonly exit: ProcessExit }
  | { readonly sights: readonly InterfaceSight[] };
