import { type FramePoint, type FrameView, HOST, type KernelOp, type Netns, PANEL, type VethEnd } from '../boundary/kernel.ts';
import { ownerMark } from './owner-mark.ts';
import { digestName, panelName } from './panel-name.ts';
import type { HostEnd, HubEnd, HubPort, NamespaceEnd, WireEnd, WireInterface } from './wire.ts';

/** The largest MTU of a TAP (65535 less the Ethernet header, drivers/net/tun.c): hidden interfaces drop no frame for its length. */
const TRANSPORT_MTU = 65521;

/** MTU of an interface that a node sees where the link names none. */
export const DEFAULT_MTU = 1500;

/** Where an interface of a wire lives, and what it is to be. */
export interface Place {
  readonly netns: Netns;
  readonly name: string;
  readonly alias: string;
  readonly mac?: string;
  readonly mtu: number;
  readonly addresses: readonly string[];
  readonly bridge?: string;
  /** Only the wire uses it: its link state may be switched without a node losing addresses or routes. */
  readonly hidden: boolean;
}

/** `NODE:PORT`; a hub's ports have no names. */
export function portText(end: WireEnd): string {
  return end.kind === 'hub' ? `${end.node}:` : `${end.node}:${end.port}`;
}

/** A hidden interface of the panel that serves `end`. */
function hiddenPlace(lab: string, end: WireEnd, other: WireEnd, name: string): Place {
  return {
    netns: PANEL,
    name,
    alias: ownerMark(lab, portText(end), portText(other)),
    mtu: TRANSPORT_MTU,
    addresses: [],
    hidden: true,
  };
}

/** The panel's interface for a port that is not in the panel itself. */
export function panelPlace(lab: string, end: Exclude<WireEnd, HubEnd>, other: WireEnd): Place {
  return hiddenPlace(lab, end, other, panelName(end.node, end.port));
}

/** The hub's own interface for one of its links. */
export function hubPlace(lab: string, end: HubEnd, other: WireEnd, link: string): Place {
  return hiddenPlace(lab, end, other, digestName(`${end.node}\n${link}\n${portText(other)}`));
}

/** The panel's interface between a VM's TAP and the hub's own. */
export function hubSidePlace(lab: string, end: HubEnd, other: WireEnd, link: string): Place {
  return hiddenPlace(lab, end, other, digestName(`${end.node}\n${link}\n${portText(other)}\nside`));
}

/** The interface that a namespace node or the machine itself sees. */
export function nodePlace(lab: string, end: NamespaceEnd | HostEnd, other: WireEnd, mtu: number | undefined): Place {
  return {
    netns: end.kind === 'host' ? HOST : end.netns,
    name: end.kind === 'host' ? end.name : end.port,
    alias: ownerMark(lab, portText(end), portText(other)),
    ...(end.mac === undefined ? {} : { mac: end.mac }),
    mtu: mtu ?? DEFAULT_MTU,
    addresses: end.addresses,
    ...(end.kind === 'host' && end.bridge !== undefined ? { bridge: end.bridge } : {}),
    hidden: false,
  };
}

export function framePoint({ netns, name }: Place, as: FramePoint['as']): FramePoint {
  return { netns, name, as };
}

export function interfaceOf({ netns, name, alias, hidden, mtu, mac }: Place): WireInterface {
  return { netns, name, alias, ...(hidden ? {} : { seen: { mtu, mac } }) };
}

export function vethEnd({ netns, name, alias, mac, mtu }: Place): VethEnd {
  return { netns, name, alias, ...(mac === undefined ? {} : { mac }), mtu, up: true };
}

export function tapAdd({ netns, name, alias, mtu, mac }: Place): KernelOp[] {
  const add: KernelOp = { op: 'tap-add', netns, name, alias, mtu, up: true };
  return mac === undefined ? [add] : [add, { op: 'link-set', netns, name, mac }];
}

/** What an interface needs once it exists: its bridge and its addresses. */
export function settle(place: Place): KernelOp[] {
  const { netns, name, bridge } = place;
  return [...(bridge === undefined ? [] : [{ op: 'bridge-join', netns, name, bridge } as const]), ...addressAdds(place)];
}

export function addressAdds({ netns, name, addresses }: Place): KernelOp[] {
  return addresses.map((address) => ({ op: 'address-add', netns, name, address }));
}

export function linkDelete({ netns, name }: Place): KernelOp {
  return { op: 'link-delete', netns, name };
}

/** Frames of the two interfaces, both of the panel, go over to each other. */
export function joinOps(a: Place, b: Place): KernelOp[] {
  return [
    { op: 'redirect', netns: a.netns, from: a.name, to: [b.name] },
    { op: 'redirect', netns: b.netns, from: b.name, to: [a.name] },
  ];
}

/** A hub's port that is one interface. */
export function hubPortAt(hub: HubEnd, { name }: Place): HubPort {
  return { hub: hub.node, name };
}

/** Seen at the port's own interface. */
export function ownView({ netns, name }: Place): FrameView {
  return { netns, name, entering: 'in' };
}

/** Seen at the interface that the port's frames come in at. */
export function oppositeView({ netns, name }: Place): FrameView {
  return { netns, name, entering: 'out' };
}
