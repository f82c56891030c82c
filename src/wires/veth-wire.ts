import type { FramePoint, FrameView, KernelOp } from '../boundary/kernel.ts';
import { assemble } from './assemble.ts';
import { addressAdds, framePoint, hubPortAt, linkDelete, oppositeView, ownView, type Place, settle, vethEnd } from './place.ts';
import type { Wire, WireEnd, WireRequest } from './wire.ts';

/** One veth pair with an end at each place: between namespaces, the machine and hubs, in any mix. */
export function vethWire(request: WireRequest, tail: Place, head: Place): Wire {
  const [a, b] = request.ends;
  return assemble(request, {
    carriedBy: 'veth',
    places: [tail, head],
    outlets: new Map([
      [a, tail],
      [b, head],
    ]),
    points: new Map<WireEnd, FramePoint>([
      ...(a.kind === 'hub' ? [] : [[a, framePoint(tail, 'owner')] as const]),
      ...(b.kind === 'hub' ? [] : [[b, framePoint(head, 'owner')] as const]),
    ]),
    plugs: new Map(),
    views: new Map([...vethView(a, tail, head), ...vethView(b, head, tail)]),
    setUp: [vethAdd(tail, head), ...settle(tail), ...settle(head)],
    tearDown: [linkDelete(tail)],
    on: vethCarrier(tail, head, true),
    off: vethCarrier(tail, head, false),
    hubPorts: [...(a.kind === 'hub' ? [hubPortAt(a, tail)] : []), ...(b.kind === 'hub' ? [hubPortAt(b, head)] : [])],
  });
}

/** At a hidden other end, so that the node does not see that somebody looks; else at its own interface. */
function vethView(end: WireEnd, own: Place, other: Place): [WireEnd, FrameView][] {
  if (end.kind === 'hub') return [];
  return [[end, other.hidden ? oppositeView(other) : ownView(own)]];
}

export function vethAdd(a: Place, b: Place): KernelOp {
  return { op: 'veth-add', a: vethEnd(a), b: vethEnd(b), mtu: Math.max(a.mtu, b.mtu) };
}

/**
 * Switches a pair's carrier: at its hidden end, where the other end sees it; else at both ends. The topology's addresses are set again: the
 * kernel drops IPv6 addresses of an interface that goes down, and a worker that has not seen them go does not know them.
 */
export function vethCarrier(a: Place, b: Place, on: boolean): KernelOp[] {
  const hidden = [a, b].find((place) => place.hidden);
  const switched = hidden === undefined ? [a, b] : [hidden];
  const states = switched.map(({ netns, name }) => ({ op: 'plug', netns, name, on }) as const);
  const addresses = on ? switched.flatMap((place) => addressAdds(place)) : [];
  return [...states, ...addresses];
}
