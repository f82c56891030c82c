import type { FramePoint, FrameView, HandedDescriptor, KernelAbilities, KernelOp, Netns } from '../boundary/kernel.ts';

/** A port of a process that takes netdevs: QEMU, or anything that a template makes. */
export interface VmEnd {
  readonly kind: 'vm';
  readonly node: string;
  readonly port: string;
}

/** A port that is a real interface of a namespace node; it is named as the port is. */
export interface NamespaceEnd {
  readonly kind: 'namespace';
  readonly node: string;
  readonly port: string;
  readonly netns: Netns;
  readonly mac?: string;
  /** IP/PREFIX, IPv4 or IPv6. */
  readonly addresses: readonly string[];
}

/** A port of a shared segment; the frames are flooded by `hubOps`, once all of its ports are known. */
export interface HubEnd {
  readonly kind: 'hub';
  readonly node: string;
}

/** A port in the machine's own network namespace. */
export interface HostEnd {
  readonly kind: 'host';
  readonly node: string;
  readonly port: string;
  /** The interface's name on the machine (`qn_tap`, else the port's name). */
  readonly name: string;
  readonly mac?: string;
  readonly addresses: readonly string[];
  /** An existing bridge of the machine that the interface joins (`qn_bridge`). */
  readonly bridge?: string;
}

export type WireEnd = VmEnd | NamespaceEnd | HubEnd | HostEnd;

export interface WireRequest {
  readonly lab: string;
  /** The link's id, for messages and names. */
  readonly link: string;
  readonly ends: readonly [WireEnd, WireEnd];
  /** MTU of the interfaces that nodes see (`qn_mtu`); 1500 where undefined. Hidden interfaces take any frame. */
  readonly mtu: number | undefined;
  readonly abilities: KernelAbilities;
  /** An existing private folder for sockets between VMs, absolute. */
  readonly runDirectory: string;
}

/** What a VM is given for one of its ports. */
export interface NetdevPlug {
  /** QEMU's `-netdev` value without the id; `{fd}` stands for the number of the handed descriptor. See `netdevText`. */
  readonly netdev: string;
  readonly descriptor: HandedDescriptor | undefined;
}

/** One end of a wire, in the order of the request. */
export interface WiredEnd {
  readonly node: string;
  /** undefined at a hub. */
  readonly port: string | undefined;
  /** Present at VM ends only. */
  readonly plug: NetdevPlug | undefined;
  /** Where the kernel shows the port's frames: out of the node's sight where there is such a place. undefined at a hub, and where none passes the kernel. */
  readonly view: FrameView | undefined;
}

/** An interface that exists while the wire is set up; `interfaces()` shows it with this alias. */
export interface WireInterface {
  readonly netns: Netns;
  readonly name: string;
  readonly alias: string;
  /** What it is to be like where a node sees it. */
  readonly seen?: { readonly mtu: number; readonly mac: string | undefined };
}

/** How the wire's link state is switched: the kernel's part and, for VM ends, QMP `set_link` at these ports. */
export interface WireCarrier {
  readonly on: readonly KernelOp[];
  readonly off: readonly KernelOp[];
  readonly guests: readonly { readonly node: string; readonly port: string }[];
}

/** Where a hub's segment meets a wire: an interface of the panel. */
export interface HubPort {
  readonly hub: string;
  readonly name: string;
}

/** Where one way through a wire can be conditioned: frames that come through leave at this interface, whose root qdisc is the wire's. */
export interface Outlet {
  readonly netns: Netns;
  readonly name: string;
}

/** A link, compiled: what carries it, and how to make and remove that. All operations may be run again. */
export interface Wire {
  readonly link: string;
  /** What carries the frames, for people: `veth`, `tap`, `dgram` (unix sockets between VMs), `packet` (the kernel worker stands in for a TAP). */
  readonly carriedBy: 'veth' | 'tap' | 'packet' | 'dgram';
  /** Namespaces of the ends must exist. Carrier is on afterwards. */
  readonly setUp: readonly KernelOp[];
  /** What an engine that finds the wire set up has to run: the part that ended with the engine before it. */
  readonly resume: readonly KernelOp[];
  /**
   * Run it after the VMs at its ends gave up their netdevs (QMP `netdev_del`, or the process ended): a QEMU that holds a deleted TAP spins.
   */
  readonly tearDown: readonly KernelOp[];
  readonly ends: readonly [WiredEnd, WiredEnd];
  readonly interfaces: readonly WireInterface[];
  readonly carrier: WireCarrier;
  /** For what each end sends, in the order of the request; undefined where no interface sees just that. */
  readonly outlets: readonly [Outlet | undefined, Outlet | undefined];
  /** Where the frames of each end go in and come out; undefined at a hub, and where only processes carry them. */
  readonly points: readonly [FramePoint | undefined, FramePoint | undefined];
  /** The largest packet that a node may send here. */
  readonly mtu: number;
  /** What joins the wire to a hub's segment, to be handed to `hubOps`. */
  readonly hubPorts: readonly HubPort[];
  /** Unix sockets that QEMU leaves behind: to be removed after `tearDown`. */
  readonly files: readonly string[];
}

/** Why this machine or this sandbox cannot carry the link; the world's refusal, not a mistake in the file. */
export interface WireRefusal {
  readonly refused: { readonly code: string; readonly message: string; readonly hint: string };
}
