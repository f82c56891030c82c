import type { ByteStream } from '../boundary/streams.ts';
import type { CaptureRequest, Method, Requests, Responses, Told } from './contract.ts';

/** A running lab's engine. Refusals come as HostErrors with the code, message and hint that the engine gave. */
export interface LabConnection {
  readonly name: string;
  call<M extends Method>(method: M, request: Requests[M], onEvent?: (event: Told[M]) => void): Promise<Responses[M]>;
  /** A viewer of a node's console or of its QEMU monitor: recent output first, then live, both ways. */
  open(node: string, which: 'console' | 'monitor'): Promise<ByteStream>;
  /**
   * Captures frames as a pcapng stream, one interface a port. A byte of any value, sent to it, ends it in good order: the counts of every
   * interface come last. A reader that is too slow loses frames, which are counted.
   */
  capture(request: CaptureRequest): Promise<ByteStream>;
  /** What the flight recorder keeps now of these ports, of all where none is named: a whole pcapng file. */
  recording(ports: readonly string[]): Promise<ByteStream>;
}

/** A lab that was once started and not taken down, running or left behind by a crash. */
export interface KnownLab {
  readonly name: string;
  /** Where its files are; empty when its document is lost. */
  readonly directory: string;
  /** Its sandbox lives: nodes may run, with or without an engine. */
  readonly alive: boolean;
  /** Its document is there, and torn: nobody knows what should run. The document's path. */
  readonly torn?: string;
}

/** How to run a program of the user's inside a running namespace node or in the lab's panel, on the user's own terminal. */
export interface EnterCommand {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Something that a lab has left which lives no more. */
export interface Leftover {
  readonly kind: 'runtime folder' | 'document' | 'lock' | 'process' | 'interface' | 'image' | 'file';
  /** Left out where it belongs to no lab in particular. */
  readonly lab?: string;
  /** A path, the name of an interface, or a process's number and command line. */
  readonly what: string;
  /** Why it is a leftover; one sentence. */
  readonly reason: string;
  /** Why it could not be removed. */
  readonly failure?: string;
}

export interface Labs {
  /** The labs of this user. */
  list(): Promise<readonly KnownLab[]>;
  /** Connects; starts an engine that adopts the lab when its sandbox lives without one. undefined when the lab does not run. */
  connect(name: string): Promise<LabConnection | undefined>;
  /** Connects, making sandbox and engine when the lab does not run. */
  launch(name: string): Promise<LabConnection>;
  /** Throws a HostError where the processes of labs cannot be seen, as in a shell in a user namespace of its own: no lab is dead for that. */
  requireSight(): void;
  /** Ends the sandbox, and with it everything in it, and removes the lab's sockets, state and runtime folder. Gone already is fine. */
  remove(name: string): Promise<void>;
  /** Removes what labs of this user have left that live no more, after a reboot or a kill, and tells it; with `dryRun` it is only told. */
  gc(dryRun: boolean): Promise<readonly Leftover[]>;
  /** Where a lab's daemon of the Qubes Admin API listens while the lab runs. */
  qubesSocket(name: string): string;
  /** The command that runs another where the machine looks like dom0 of a Qubes, whose daemon is that of the lab, to it alone. */
  asDom0(name: string, argv: readonly string[]): EnterCommand;
  /** The command that enters a namespace node of a running lab, as its status names it, with nsenter; it sees the node's own resolv.conf. */
  enter(name: string, node: { readonly name: string; readonly pid: number }, argv: readonly string[]): Promise<EnterCommand>;
}
