import type { Direction } from '../capture/captured-frame.ts';
import type { PacketFilter } from '../capture/packet-filter.ts';
import type { Conditions } from '../model/link-conditions.ts';
import type { Neighbour } from '../model/neighbour.ts';
import type { Route } from '../model/route.ts';

/**
 * What the engine asks of the Linux kernel. One long-lived worker process carries it out: it enters namespaces and speaks netlink, and
 * holds no state, so it can be restarted at any time. Operations are data: they can be printed, logged and tested.
 */

/** A network namespace of the lab: `@panel` holds the wires, `@host` is the machine's own (root only), any other name is a node's. */
export type Netns = string;
export const PANEL = '@panel';
export const HOST = '@host';
/** Where a process starts that needs no interface: a network namespace of its own with nothing in it. */
export const EMPTY = '@empty';

/** One end of a veth pair. */
export interface VethEnd {
  readonly netns: Netns;
  /** At most 15 bytes (IFNAMSIZ - 1). */
  readonly name: string;
  /** The owner mark, kept by the kernel as the interface's alias: `weft LAB NODE:PORT`. */
  readonly alias: string;
  readonly mac?: string;
  /** Overrides the pair's: a hidden end takes larger frames than the end that a node sees. */
  readonly mtu?: number;
  readonly up: boolean;
}

/** What an interface does with frames that leave there: its root qdisc, tc(8). */
export type Qdisc =
  /** Nothing of ours; what somebody else put there stays. */
  | { readonly kind: 'none' }
  /** tc-netem(8); a cut is not its affair. */
  | { readonly kind: 'netem'; readonly conditions: Omit<Conditions, 'cut'> }
  /** tc-tbf(8): bits per second; bytes that may leave at once, and no frame is larger; bytes that may wait. */
  | { readonly kind: 'tbf'; readonly rate: number; readonly burst: number; readonly limit: number }
  /** Takes every frame, and none leaves. */
  | { readonly kind: 'blackhole' };

/** Every operation is idempotent: what is there already is kept or brought to the wanted state, what is gone already is fine. */
export type KernelOp =
  | { readonly op: 'netns-add'; readonly netns: Netns }
  | { readonly op: 'netns-delete'; readonly netns: Netns }
  | { readonly op: 'veth-add'; readonly a: VethEnd; readonly b: VethEnd; readonly mtu: number }
  /** A persistent TAP with vnet_hdr; it has a carrier only while a process holds it. */
  | {
      readonly op: 'tap-add';
      readonly netns: Netns;
      readonly name: string;
      readonly alias: string;
      readonly mtu: number;
      readonly up: boolean;
    }
  /** Joins an existing interface to an existing bridge of the same namespace. */
  | { readonly op: 'bridge-join'; readonly netns: Netns; readonly name: string; readonly bridge: string }
  /** `carrier` is for TAPs alone (a veth's carrier follows its other end); switching it on does nothing while no process holds the TAP. */
  | {
      readonly op: 'link-set';
      readonly netns: Netns;
      readonly name: string;
      readonly up?: boolean;
      readonly mtu?: number;
      readonly mac?: string;
      readonly carrier?: boolean;
      /** The number of the group of interfaces that it is in, by which nft(8) can name it (`iifgroup`); new ones are in 0. */
      readonly group?: number;
    }
  /**
   * Takes an interface down as if its cable were pulled out, or up: the routes, IPv6 addresses and permanent neighbours that going down
   * has cost are set again, for as long as the worker lives.
   */
  | { readonly op: 'plug'; readonly netns: Netns; readonly name: string; readonly on: boolean }
  /**
   * Moves an interface to another namespace, under its name, where it then is down and without addresses. One that is there already stays.
   * EINVAL where the kernel binds it to its namespace, as it does with wireless ones.
   */
  | { readonly op: 'link-move'; readonly netns: Netns; readonly name: string; readonly to: Netns }
  | { readonly op: 'link-delete'; readonly netns: Netns; readonly name: string }
  /** Every frame that enters at `from` leaves at each of `to` (tc ingress, mirred). Replaces what was there; an empty list removes it. */
  | { readonly op: 'redirect'; readonly netns: Netns; readonly from: string; readonly to: readonly string[] }
  /** Changing the numbers of one kind loses no frame; going over to another kind loses those that wait. */
  | { readonly op: 'qdisc'; readonly netns: Netns; readonly name: string; readonly qdisc: Qdisc }
  /**
   * Whole frames, VLAN tags included, go over between an interface and a process that takes unix datagrams: the worker listens at `local`,
   * the process at `remote`. It stands in for a TAP where none may be made. The worker does this itself, for as long as it and the
   * interface live: a new engine has to run it again. What the interface's other end sends must be complete (`offloads-off` there).
   */
  | { readonly op: 'carry'; readonly netns: Netns; readonly name: string; readonly local: string; readonly remote: string }
  /** Checksum, segmentation and VLAN offloads off: needed where a raw socket at the other end stands in for a TAP. */
  | { readonly op: 'offloads-off'; readonly netns: Netns; readonly name: string }
  /** `address` is IP/PREFIX, IPv4 or IPv6. */
  | { readonly op: 'address-add'; readonly netns: Netns; readonly name: string; readonly address: string }
  /**
   * These addresses and no others of ours: what an earlier operation of this kind set at the interface, and this one does not name, goes.
   * Addresses that came otherwise stay; kernels before 5.18 keep no mark at addresses, so there all of them do.
   */
  | { readonly op: 'addresses-set'; readonly netns: Netns; readonly name: string; readonly addresses: readonly string[] }
  /** The same of routes, which carry the mark `proto static`; the interface must be up. Routes that are there already are not touched. */
  | { readonly op: 'routes-set'; readonly netns: Netns; readonly name: string; readonly routes: readonly Route[] }
  /**
   * Exactly these permanent neighbours; those that the kernel found out by itself stay. They go when the interface goes down, and those of
   * IPv4 when its last IPv4 address goes: after `addresses-set` they have to be set again.
   */
  | { readonly op: 'neighbours-set'; readonly netns: Netns; readonly name: string; readonly neighbours: readonly Neighbour[] }
  | { readonly op: 'address-delete'; readonly netns: Netns; readonly name: string; readonly address: string }
  /**
   * Loads a script of nft(8), all of it or nothing; as often as its own first lines allow. Fails with ENOENT where nft is not installed,
   * with EINVAL and what nft says where it refuses. An ordinary user's sandbox takes some 500 rules in one script (208 KiB of netlink),
   * root's far more.
   */
  | { readonly op: 'nft'; readonly netns: Netns; readonly text: string }
  /**
   * The kernel forgets the flows that have one of these addresses (IPv4 or IPv6, without a length) at either end, as they came or as they
   * were translated. What it offloaded to a flow table it does not give up: EBUSY.
   */
  | { readonly op: 'flows-delete'; readonly netns: Netns; readonly addresses: readonly string[] }
  /** The kernel forgets this flow, as `flows` told it. */
  | { readonly op: 'flow-delete'; readonly netns: Netns; readonly flow: Flow }
  /** A path under /proc/sys, with slashes: `net/ipv4/ip_forward`. */
  | { readonly op: 'sysctl'; readonly netns: Netns; readonly key: string; readonly value: string };

/** A flow of packets that the kernel keeps track of (conntrack), as the first of them came: before any translation. */
export interface Flow {
  readonly family: 4 | 6;
  /** The protocol's number in the IP header: 1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6. */
  readonly proto: number;
  /** IPv6 in the compressed form of RFC 5952. */
  readonly source: string;
  readonly destination: string;
  /** Of protocols that have ports. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Of ICMP and ICMPv6. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
  readonly icmpId?: number;
  /** Where its packets really go, where their destination is translated. */
  readonly translated?: { readonly destination: string; readonly destinationPort?: number };
}

/** Why an operation failed: the errno's name, and a sentence with the objects in it. */
export interface KernelFailure {
  readonly code: string;
  readonly message: string;
}

/** Where the frames of a wire go in and come out at one end. */
export interface FramePoint {
  readonly netns: Netns;
  readonly name: string;
  /** `owner`: what sends and receives at this interface; `guest`: what holds this TAP, and so sends what enters here and receives what leaves. */
  readonly as: 'owner' | 'guest';
}

/** Frames that go in at one end of a wire, and what to look for at the other. */
export interface Passage {
  readonly from: FramePoint;
  readonly to: FramePoint;
  /** Whole, from the destination address on. */
  readonly frames: readonly Uint8Array[];
  /** In every frame that is looked for. */
  readonly mark: Uint8Array;
}

/** An interface as the kernel shows it. */
export interface InterfaceState {
  readonly netns: Netns;
  readonly index: number;
  readonly name: string;
  /** The owner mark, empty where there is none. */
  readonly alias: string;
  readonly kind: string;
  readonly mac: string;
  readonly mtu: number;
  /** Administratively up. */
  readonly up: boolean;
  /** Lower layer up: the other end is there and up. */
  readonly carrier: boolean;
  /** For a veth whose peer the kernel names: the peer's interface index. */
  readonly peerIndex: number | undefined;
}

/** An interface that carries our mark, when it is first seen and after each change of what is told here. */
export interface InterfaceSight {
  readonly netns: Netns;
  readonly name: string;
  readonly alias: string;
  /** Administratively up. */
  readonly up: boolean;
  readonly carrier: boolean;
  /** It is not there any more. */
  readonly gone: boolean;
}

/** What our root qdisc of an interface does to the frames that leave there, as the kernel shows it. */
export interface ConditionedInterface {
  readonly netns: Netns;
  readonly name: string;
  /** Times in steps of 64 ns, as the kernel counts them, and bandwidths in whole bytes. */
  readonly conditions: Conditions;
}

/** What this machine and this sandbox allow; found by trying, once, when the worker starts. */
export interface KernelAbilities {
  /** Network namespaces can be made. */
  readonly namespaces: boolean;
  /** /dev/net/tun can be opened. */
  readonly tap: boolean;
  /** Interfaces can be made in the machine's own network namespace. */
  readonly host: boolean;
  /** The tc classifier in use. */
  readonly classifier: 'matchall' | 'u32' | undefined;
  /** tc-netem(8): delay, loss and the like. */
  readonly netem: boolean;
  /** tc-tbf(8): bandwidth. */
  readonly tbf: boolean;
}

/** Something opened by the worker and handed to the new process, from descriptor 3 on, in this order. */
export interface HandedDescriptor {
  /** `packet`: a raw AF_PACKET socket bound to the interface; QEMU takes none. */
  readonly kind: 'tap' | 'packet';
  readonly netns: Netns;
  readonly name: string;
}

export interface SpawnRequest {
  readonly node: string;
  /** The namespace that the process starts in; EMPTY is a fresh one without any interface, the panel where none may be made. */
  readonly netns: Netns;
  readonly argv: readonly string[];
  /** The whole environment. The owner marks WEFT_LAB and WEFT_NODE are added by the worker. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** Standard output and error are appended here. */
  readonly logFile: string;
  /** The UTS host name that the process sees; the machine's where undefined. */
  readonly hostname?: string;
  readonly descriptors: readonly HandedDescriptor[];
}

/** A process of ours. It leads its own session, so a signal to -pid reaches all that it started. */
export interface NodeProcess {
  readonly node: string;
  /** As seen in the sandbox. */
  readonly pid: number;
  /** As seen on the machine: the number to show people. */
  readonly hostPid: number;
}

export interface ProcessExit {
  readonly node: string;
  readonly pid: number;
  /** Exit code; undefined when a signal ended it or nobody could tell (adopted processes). */
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/** An interface where the frames of a node's port pass. */
export interface FrameView {
  readonly netns: Netns;
  readonly name: string;
  /** Which way a frame that enters there goes, as the node sees it. */
  readonly entering: Direction;
}

export interface CaptureRequest {
  /** Where the worker listens for the one reader: a unix socket, mode 0600. */
  readonly socketPath: string;
  readonly ports: readonly { readonly label: string; readonly view: FrameView }[];
  readonly filter: PacketFilter | undefined;
  /** How many bytes of a frame are kept; 0 for all. */
  readonly snaplen: number;
  /** Memory for frames that wait for the reader, of all ports together. Bytes. */
  readonly room: number;
}

/** A line for a server on a unix socket, and what is sent along with it. */
export interface HandedLine {
  readonly text: string;
  /** Opened by the worker, passed with the line (SCM_RIGHTS, unix(7)), and closed on our side. */
  readonly descriptor?: HandedDescriptor;
}

export interface Kernel {
  readonly abilities: KernelAbilities;
  /** Runs all of them in order, going on after a failure; result i belongs to operation i, undefined for success. */
  run(ops: readonly KernelOp[]): Promise<readonly (KernelFailure | undefined)[]>;
  /** Starts each; a failure is that request's own. */
  spawn(requests: readonly SpawnRequest[]): Promise<readonly (NodeProcess | KernelFailure)[]>;
  /**
   * Signals the process group of each process (kill(-pid)); gone already is fine. SIGSTOP and SIGCONT reach every process of its session,
   * whatever its group.
   */
  signal(pids: readonly number[], signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGINT'): Promise<void>;
  /** Which of these processes are there and stand still (SIGSTOP). */
  stopped(pids: readonly number[]): Promise<readonly number[]>;
  /** Interfaces of the named namespaces; namespaces that do not exist are left out. */
  interfaces(namespaces: readonly Netns[]): Promise<readonly InterfaceState[]>;
  /** Interfaces of the named namespaces that have a qdisc of ours; namespaces that do not exist are left out. */
  conditioned(namespaces: readonly Netns[]): Promise<readonly ConditionedInterface[]>;
  /**
   * The flows that the kernel keeps track of in a namespace, without those in conntrack zones; none where there is no such namespace, or
   * the kernel cannot tell.
   */
  flows(netns: Netns): Promise<readonly Flow[]>;
  /** Network namespaces of nodes that exist now. */
  namespaces(): Promise<readonly Netns[]>;
  /** Processes that carry this lab's owner mark, session leaders only. */
  processes(): Promise<readonly NodeProcess[]>;
  /** Called for every process of ours that ends, adopted ones included. */
  onExit(listener: (exit: ProcessExit) => void): void;
  /**
   * Called with the interfaces of this lab in nodes' namespaces and in the machine's own, whoever changes them. What operations make is first
   * seen a second after the last of them; changes from then on are told within some 10 ms. A new worker tells all that it sees.
   */
  onInterfaces(listener: (sights: readonly InterfaceSight[]) => void): void;
  /** Opens a TCP connection from inside a namespace (a relay to localhost of the panel), as a byte stream on a unix socket at `path`. */
  relay(path: string, netns: Netns, host: string, port: number): Promise<void>;
  /**
   * Captures the frames of ports, both directions, in the order of their time, as pcapng: one interface a port, named by its label. The
   * capture is under way when this resolves, with the reason where a port's interface is not there; it is waited for, as it is
   * when it goes. The reader ends it with a byte of any value: what was captured until then follows, then the counts. Frames that the
   * reader is too slow for are lost, and counted.
   */
  capture(request: CaptureRequest): Promise<readonly (KernelFailure | undefined)[]>;
  /**
   * Tells the capture that listened at this path where frames of its ports, by label, pass from now on; a label that it does not have is one
   * more port. A capture that has ended is left alone.
   */
  recapture(socketPath: string, ports: CaptureRequest['ports']): Promise<void>;
  /**
   * Sends frames through wires as if the nodes at their ends did, all at once, and gives what came out at the other ends with the mark in it:
   * as soon as as many came as were sent, or after so many milliseconds. The nodes get these frames, too.
   */
  passages(passages: readonly Passage[], milliseconds: number): Promise<readonly (readonly Uint8Array[] | KernelFailure)[]>;
  /**
   * Sends lines to a server that answers each with a JSON object that has `return` or `error`, as QEMU's monitors do; what else it says is
   * passed over. All are sent at once, so an `error` does not keep it from the lines after. Gives the answers. Rejects with a HostError:
   * `timeout` after `deadlineMs`, or the errno's name (ENOENT: nobody listens at `path`).
   */
  hand(path: string, lines: readonly HandedLine[], deadlineMs: number): Promise<readonly string[]>;
  close(): Promise<void>;
}
