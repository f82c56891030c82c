import { dgramWire } from './dgram-wire.ts';
import { packetWire } from './packet-wire.ts';
import { hubPlace, nodePlace, type Place } from './place.ts';
import { refusal } from './refusal.ts';
import { hostTapWire, hubTapWire, tapPairWire, tapToPlaceWire } from './tap-wire.ts';
import { vethWire } from './veth-wire.ts';
import type { HostEnd, HubEnd, NamespaceEnd, VmEnd, Wire, WireEnd, WireRefusal, WireRequest } from './wire.ts';

/** Chooses what carries a link on this machine and compiles it; refuses, with a reason, what the machine or the sandbox does not allow. */
export function wireFor(request: WireRequest): Wire | WireRefusal {
  const no = refusal(request);
  if (no !== undefined) return no;
  const [tail, head] = request.ends;
  if (tail.kind === 'vm') return head.kind === 'vm' ? vmToVm(request, [tail, head]) : vmToOther(request, tail, head);
  if (head.kind === 'vm') return vmToOther(request, head, tail);
  return vethWire(request, placeOf(request, tail, head), placeOf(request, head, tail));
}

function vmToVm(request: WireRequest, ends: readonly [VmEnd, VmEnd]): Wire | WireRefusal {
  const { tap, classifier } = request.abilities;
  return tap && classifier !== undefined ? tapPairWire(request, ends) : dgramWire(request, ends);
}

function vmToOther(request: WireRequest, vm: VmEnd, other: NamespaceEnd | HubEnd | HostEnd): Wire | WireRefusal {
  const { tap } = request.abilities;
  const place = placeOf(request, other, vm);
  if (!tap) return packetWire(request, vm, other, place);
  if (other.kind === 'hub') return hubTapWire(request, vm, other, place);
  return other.kind === 'host' ? hostTapWire(request, vm, other, place) : tapToPlaceWire(request, vm, other, place);
}

function placeOf(request: WireRequest, end: Exclude<WireEnd, VmEnd>, other: WireEnd): Place {
  return end.kind === 'hub' ? hubPlace(request.lab, end, other, request.link) : nodePlace(request.lab, end, other, request.mtu);
}
