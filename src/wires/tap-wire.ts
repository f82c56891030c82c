import type { FramePoint, FrameView } from '../boundary/kernel.ts';
import { assemble } from './assemble.ts';
import {
  framePoint,
  hubPortAt,
  hubSidePlace,
  joinOps,
  linkDelete,
  oppositeView,
  ownView,
  type Place,
  panelPlace,
  settle,
  tapAdd,
} from './place.ts';
import { vethAdd, vethCarrier } from './veth-wire.ts';
import type { HostEnd, HubEnd, NamespaceEnd, NetdevPlug, VmEnd, Wire, WireEnd, WireRequest } from './wire.ts';

/** Two VMs: a TAP for each in the panel, and every frame that enters at one leaves at the other. */
export function tapPairWire(request: WireRequest, [tail, head]: readonly [VmEnd, VmEnd]): Wire {
  const a = panelPlace(request.lab, tail, head);
  const b = panelPlace(request.lab, head, tail);
  return assemble(request, {
    carriedBy: 'tap',
    places: [a, b],
    outlets: new Map([
      [tail, b],
      [head, a],
    ]),
    points: new Map([
      [tail, framePoint(a, 'guest')],
      [head, framePoint(b, 'guest')],
    ]),
    plugs: new Map([
      [tail, tapPlug(a)],
      [head, tapPlug(b)],
    ]),
    views: new Map([
      [tail, oppositeView(a)],
      [head, oppositeView(b)],
    ]),
    setUp: [...tapAdd(a), ...tapAdd(b), ...joinOps(a, b)],
    tearDown: [linkDelete(a), linkDelete(b)],
    on: [],
    off: [],
  });
}

/** A VM and an interface elsewhere: TAP and veth in the panel, joined; the veth's other end is at `place`. */
export function tapToPlaceWire(request: WireRequest, vm: VmEnd, other: NamespaceEnd, place: Place): Wire {
  const tap = panelPlace(request.lab, vm, other);
  const near = panelPlace(request.lab, other, vm);
  return assemble(request, {
    carriedBy: 'tap',
    places: [tap, near, place],
    outlets: new Map<WireEnd, Place>([
      [vm, near],
      [other, tap],
    ]),
    points: new Map<WireEnd, FramePoint>([
      [vm, framePoint(tap, 'guest')],
      [other, framePoint(place, 'owner')],
    ]),
    plugs: new Map([[vm, tapPlug(tap)]]),
    views: new Map<WireEnd, FrameView>([
      [vm, oppositeView(tap)],
      [other, oppositeView(near)],
    ]),
    setUp: [...tapAdd(tap), vethAdd(near, place), ...joinOps(tap, near), ...settle(place)],
    tearDown: [linkDelete(tap), linkDelete(near)],
    on: vethCarrier(near, place, true),
    off: vethCarrier(near, place, false),
  });
}

/** A VM's TAP that is itself the other end: the machine's interface. */
export function hostTapWire(request: WireRequest, vm: VmEnd, host: HostEnd, place: Place): Wire {
  const { netns, name } = place;
  return assemble(request, {
    carriedBy: 'tap',
    places: [place],
    outlets: new Map(request.ends.filter((end) => end !== vm).map((end) => [end, place])),
    points: new Map(request.ends.map((end) => [end, framePoint(place, end === vm ? 'guest' : 'owner')])),
    plugs: new Map([[vm, tapPlug(place)]]),
    views: new Map<WireEnd, FrameView>([
      [vm, oppositeView(place)],
      [host, ownView(place)],
    ]),
    setUp: [...tapAdd(place), ...settle(place)],
    tearDown: [linkDelete(place)],
    on: [{ op: 'link-set', netns, name, carrier: true }],
    off: [{ op: 'link-set', netns, name, carrier: false }],
  });
}

/** A VM at a hub: TAP and veth in the panel, joined; the veth's other end is the hub's port, so that both ways can be conditioned. */
export function hubTapWire(request: WireRequest, vm: VmEnd, hub: HubEnd, port: Place): Wire {
  const tap = panelPlace(request.lab, vm, hub);
  const near = hubSidePlace(request.lab, hub, vm, request.link);
  return assemble(request, {
    carriedBy: 'tap',
    places: [tap, near, port],
    outlets: new Map<WireEnd, Place>([
      [vm, near],
      [hub, tap],
    ]),
    points: new Map([[vm, framePoint(tap, 'guest')]]),
    plugs: new Map([[vm, tapPlug(tap)]]),
    views: new Map([[vm, oppositeView(tap)]]),
    setUp: [...tapAdd(tap), vethAdd(near, port), ...joinOps(tap, near)],
    tearDown: [linkDelete(tap), linkDelete(near)],
    on: [],
    off: [],
    hubPorts: [hubPortAt(hub, port)],
  });
}

function tapPlug({ netns, name }: Place): NetdevPlug {
  return { netdev: 'tap,fd={fd}', descriptor: { kind: 'tap', netns, name } };
}
