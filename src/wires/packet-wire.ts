import type { KernelOp } from '../boundary/kernel.ts';
import { assemble, type WireParts } from './assemble.ts';
import { digestName } from './panel-name.ts';
import { hiddenPlace, linkDelete, type Place, panelPlace, portText, settle } from './place.ts';
import { vethAdd, vethCarrier } from './veth-wire.ts';
import type { HostEnd, HubEnd, NamespaceEnd, NetdevPlug, VmEnd, Wire, WireEnd, WireRequest } from './wire.ts';

/**
 * What stands in for a VM's TAP where none may be made: a veth pair inside the panel. A packet socket at `plug` gives QEMU the frames
 * that leave there; what QEMU sends leaves there too and enters, marked, at `entry`. A socket at an interface where frames *enter*
 * would lose their VLAN tags. Offloads are off at `plug`, so that frames are complete before the socket sees them.
 */
interface StandIn {
  readonly plug: Place;
  readonly entry: Place;
  readonly setUp: readonly KernelOp[];
}

/** A VM and an interface elsewhere: the stand-in and a veth in the panel, joined; the veth's other end is at `place`. */
export function packetWire(request: WireRequest, vm: VmEnd, other: NamespaceEnd | HostEnd, place: Place): Wire {
  const { plug, entry, setUp } = standIn(request, vm, other);
  const near = panelPlace(request.lab, other, vm);
  return assemble(request, {
    ...packetParts(vm, plug),
    places: [plug, entry, near, place],
    setUp: [
      ...setUp,
      vethAdd(near, place),
      { op: 'redirect', netns: near.netns, from: near.name, to: [plug.name] },
      { op: 'redirect', netns: entry.netns, from: entry.name, to: [near.name], marked: true },
      ...settle(place),
    ],
    tearDown: [linkDelete(plug), linkDelete(near)],
    on: vethCarrier(near, place, true),
    off: vethCarrier(near, place, false),
  });
}

/** A VM and a hub. */
export function hubPacketWire(request: WireRequest, vm: VmEnd, hub: HubEnd): Wire {
  const { plug, entry, setUp } = standIn(request, vm, hub);
  return assemble(request, {
    ...packetParts(vm, plug),
    places: [plug, entry],
    setUp,
    tearDown: [linkDelete(plug)],
    on: [],
    off: [],
    hubPorts: [{ hub: hub.node, enters: entry.name, leaves: plug.name, marked: true }],
  });
}

function standIn({ lab }: WireRequest, vm: VmEnd, other: WireEnd): StandIn {
  const plug = panelPlace(lab, vm, other);
  const entry = hiddenPlace(lab, vm, other, digestName(`entry\n${portText(vm)}`));
  const { netns, name } = plug;
  return { plug, entry, setUp: [vethAdd(plug, entry), { op: 'offloads-off', netns, name }] };
}

function packetParts(vm: VmEnd, { netns, name }: Place): Pick<WireParts, 'carriedBy' | 'plugs'> {
  const plug: NetdevPlug = { netdev: 'dgram,local.type=fd,local.str={fd}', descriptor: { kind: 'packet', netns, name } };
  return { carriedBy: 'packet', plugs: new Map([[vm, plug]]) };
}
