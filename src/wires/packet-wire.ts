import { assemble } from './assemble.ts';
import { linkDelete, type Place, panelPlace, settle } from './place.ts';
import { vethAdd, vethCarrier } from './veth-wire.ts';
import type { HostEnd, HubEnd, NamespaceEnd, VmEnd, Wire, WireRequest } from './wire.ts';

/**
 * A VM where no TAP may be made: a veth pair with one end at `place`; on its other end, in the panel, a raw packet socket gives QEMU
 * whole frames both ways. Offloads are off at both ends, because such a socket takes no frame that still waits for its checksum or
 * its segmentation.
 */
export function packetWire(request: WireRequest, vm: VmEnd, other: NamespaceEnd | HubEnd | HostEnd, place: Place): Wire {
  const near = panelPlace(request.lab, vm, other);
  const { netns, name } = near;
  return assemble(request, {
    carriedBy: 'packet',
    places: [near, place],
    plugs: new Map([[vm, { netdev: 'dgram,local.type=fd,local.str={fd}', descriptor: { kind: 'packet', netns, name } }]]),
    setUp: [
      vethAdd(near, place),
      { op: 'offloads-off', netns, name },
      { op: 'offloads-off', netns: place.netns, name: place.name },
      ...settle(place),
    ],
    tearDown: [linkDelete(near)],
    on: vethCarrier(near, place, true),
    off: vethCarrier(near, place, false),
    hubPorts: other.kind === 'hub' ? [{ hub: other.node, name: place.name }] : [],
  });
}
