import type { TopologyNode } from '../model/topology.ts';
import type { KernelAbilities, Netns, NodeProcess, SpawnRequest } from './kernel.ts';

/** A port of the node that a driver starts, in the order of NODE.yaml's links. */
export interface DriverPort {
  readonly name: string;
  /** QEMU's `-netdev` value without id, `{fd}` for the descriptor's number; undefined leaves what the script itself says (UDP, as in qeneth). */
  readonly netdev: string | undefined;
  readonly descriptor: SpawnRequest['descriptors'][number] | undefined;
}

/** What a driver needs to know of one node. All paths are absolute. */
export interface DriverNode {
  readonly lab: string;
  readonly node: TopologyNode;
  /** The lab's directory: the script is in it and runs in it. */
  readonly directory: string;
  /** Where relatively named images are looked up. */
  readonly files: string;
  /** An existing folder of mode 0700 for this node's sockets. */
  readonly run: string;
  /** The text of the generated script. */
  readonly script: string;
  readonly ports: readonly DriverPort[];
  /** Where its process is to start. */
  readonly netns: Netns;
  /** TCP ports that the script listens on by itself when it is not one of weft's (a user's own qeneth template). */
  readonly tcp: { readonly console: number | undefined; readonly monitor: number | undefined };
  readonly abilities: KernelAbilities;
  /** The files of cloud-init's seed, by name; asked for right before a launch that needs them. */
  readonly seed?: () => Promise<ReadonlyMap<string, string>>;
  /** The file that a namespace node is to see as /etc/resolv.conf; undefined leaves it the machine's. */
  readonly resolver?: string | undefined;
}

/** What can be done with a node of this kind; callers ask instead of testing names. */
export interface DriverCapabilities {
  /** Its ports take handed descriptors and netdevs: wires of weft. Without it the script wires itself over UDP. */
  readonly wires: boolean;
  /** The guest's carrier can be switched. */
  readonly carrier: boolean;
  readonly exec: boolean;
  readonly console: boolean;
  readonly monitor: boolean;
  /** Network devices can come and go while it runs. */
  readonly hotplug: boolean;
  /** The guest configures itself at its start, by what the driver gives it then. */
  readonly seeded: boolean;
  /** Booting it costs a processor: starts are admitted a few at a time. */
  readonly boots: boolean;
}

export interface ExecOutput {
  /** As a shell counts: 128 + signal where a signal ended the command. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** There was more output than could be kept. */
  readonly truncated?: boolean;
}

/** A console as a unix socket. */
export interface ConsoleSocket {
  readonly path: string;
  /** It speaks Telnet (RFC 854): a user's own qeneth template, reached through a relay. */
  readonly telnet: boolean;
  /** The file that keeps all that it printed; undefined where there is none. */
  readonly log: string | undefined;
}

/** A network device of a running node, as its hypervisor shows it. */
export interface PluggedPort {
  readonly name: string;
  readonly mac: string;
}

/** A port to be plugged into a running node. */
export interface PortPlug extends PluggedPort {
  /** QEMU's `-netdev` value without id; `{fd}` stands for the descriptor. */
  readonly netdev: string;
  readonly descriptor: DriverPort['descriptor'];
  readonly mtu: number | undefined;
}

/** What a hypervisor tells of a node by itself. */
export type NodeEvent = 'paused' | 'unpaused' | 'shutdown';

/** A running node, as its driver holds it. Nothing here starts or ends the process. */
export interface NodeHandle {
  /** Resolves once the node's hypervisor answers: its launch is through, whatever becomes of the guest. Rejects as `ready` does. Absent where nobody can be asked. */
  answers?(timeoutMs: number): Promise<void>;
  /** Resolves once the node is ready. Rejects with a HostError (`timeout`, with the last console lines; `exit`) when it does not become so. */
  ready(timeoutMs: number): Promise<void>;
  /** Switches what the guest sees of its port. Rejects with a HostError when the guest does not listen. */
  setCarrier(port: string, on: boolean): Promise<void>;
  exec(argv: readonly string[], input: Uint8Array | undefined, timeoutMs: number): Promise<ExecOutput>;
  /** A file of the guest's, as text; undefined where there is none. Absent where nobody can be asked. */
  readText?(path: string): Promise<string | undefined>;
  /** Where a console is; undefined when there is none. */
  socket(which: 'console' | 'monitor'): ConsoleSocket | undefined;
  /** Asks the guest to shut itself down; whether and when its process ends is the guest's affair. Absent where nobody can be asked. */
  powerDown?(): Promise<void>;
  /**
   * The ports whose network devices are wired now, as the hypervisor says; those that it was started with count like those that were
   * plugged later. Absent where nobody can be asked: ports of namespaces are the kernel's, and a script of the user's own keeps what it has.
   */
  ports?(): Promise<readonly PluggedPort[]>;
  /** How many more network devices can be plugged now; those that the guest has yet to let go of still take room. Absent where none can. */
  freeSlots?(): Promise<number>;
  /**
   * Plugs a network device into the running node. A port of that name and MAC which is plugged already is left alone. Rejects with a HostError:
   * `no-hotplug` (its template has no spare slots), `no-slot` (all are taken).
   */
  plug?(port: PortPlug): Promise<void>;
  /** This port is about to be plugged: what that needs to know is found out while its wire is being made. Nothing depends on it. */
  foreseePlug?(port: string): void;
  /** Takes a network device out. Its wire is free as soon as this resolves, even while the guest has yet to let go; gone already is fine. */
  unplug?(port: string): Promise<void>;
  /** Waits until the guest shows an interface with this MAC, names it and brings it up. Rejects with a HostError `no-agent` where nobody can be asked. */
  nameInterface?(mac: string, name: string): Promise<void>;
  /** Stops its virtual processors, or its processes. Idempotent. */
  pause?(): Promise<void>;
  resume?(): Promise<void>;
  /** Whether it stands still now, as the hypervisor or the kernel says. */
  paused?(): Promise<boolean>;
  /** Called when the hypervisor says that the node stands still or goes on, whoever asked for it, or that the guest has shut itself down. */
  onEvent?(listener: (event: NodeEvent) => void): void;
  /** Ends the connections. Idempotent; pending calls reject. */
  close(): void;
}

export interface Driver {
  /** Throws a HostError when the script's own description of itself cannot be understood. */
  capabilities(script: string): DriverCapabilities;
  /** Clears what an earlier run left in the node's folder. Call it right before the launch. */
  prepare(node: DriverNode): Promise<void>;
  /** What to start. Throws a HostError when this machine cannot run it. */
  launch(node: DriverNode): SpawnRequest;
  /** Takes hold of a running node, just started or found after the engine itself was restarted. `exited` settles when it has ended. */
  attach(node: DriverNode, process: NodeProcess, exited: Promise<unknown>): NodeHandle;
}
