import type { FramePoint, FrameView, KernelOp } from '../boundary/kernel.ts';
import { assemble } from './assemble.ts';
import { dgramPaths, dgramPlug } from './dgram-sockets.ts';
import { framePoint, hubPortAt, linkDelete, oppositeView, ownView, type Place, panelPlace, settle } from './place.ts';
import { vethAdd, vethCarrier } from './veth-wire.ts';
import type { HostEnd, HubEnd, NamespaceEnd, VmEnd, Wire, WireEnd, WireRefusal, WireRequest } from './wire.ts';

/**
 * A VM where no TAP may be made: a veth pair with one end at `place`, the other in the panel, where the kernel worker carries frames
 * between it and QEMU's unix datagram socket. Offloads are off at `place`, because such frames have to be complete: with their
 * checksums, and no longer than the MTU.
 */
export function packetWire(
  request: WireRequest,
  vm: VmEnd,
  other: NamespaceEnd | HubEnd | HostEnd,
  place: Place,
): Wire | WireRefusal {
  const paths = dgramPaths(request, vm, other);
  if ('refused' in paths) return paths;
  const near = panelPlace(request.lab, vm, other);
  const { netns, name } = near;
  const [ofVm, ofWorker] = paths;
  const carry: KernelOp = { op: 'carry', netns, name, local: ofWorker, remote: ofVm };
  return assemble(request, {
    carriedBy: 'packet',
    places: [near, place],
    outlets: new Map<WireEnd, Place>([
      [vm, near],
      [other, place],
    ]),
    points: new Map<WireEnd, FramePoint>([
      [vm, framePoint(near, 'owner')],
      ...(other.kind === 'hub' ? [] : [[other, framePoint(place, 'owner')] as const]),
    ]),
    plugs: new Map([[vm, dgramPlug(ofVm, ofWorker)]]),
    views: new Map<WireEnd, FrameView>([
      [vm, ownView(near)],
      ...(other.kind === 'hub' ? [] : [[other, oppositeView(near)] as const]),
    ]),
    setUp: [vethAdd(near, place), { op: 'offloads-off', netns: place.netns, name: place.name }, carry, ...settle(place)],
    resume: [carry],
    tearDown: [linkDelete(near)],
    on: vethCarrier(near, place, true),
    off: vethCarrier(near, place, false),
    hubPorts: other.kind === 'hub' ? [hubPortAt(other, place)] : [],
    files: paths,
  });
}
