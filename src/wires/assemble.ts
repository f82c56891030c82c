import type { FramePoint, FrameView } from '../boundary/kernel.ts';
import { DEFAULT_MTU, interfaceOf, type Place } from './place.ts';
import type { NetdevPlug, Outlet, Wire, WiredEnd, WireEnd, WireRequest } from './wire.ts';

/** What two VMs may send that name no MTU: their TAPs take any frame. */
const JUMBO_MTU = 9000;

/** What a kind of wire adds to the parts that all wires share. */
export type WireParts = Pick<Wire, 'carriedBy' | 'setUp' | 'tearDown'> & {
  readonly places: readonly Place[];
  /** By the end whose frames leave there. */
  readonly outlets: ReadonlyMap<WireEnd, Place>;
  readonly points: ReadonlyMap<WireEnd, FramePoint>;
  readonly plugs: ReadonlyMap<WireEnd, NetdevPlug>;
  readonly views: ReadonlyMap<WireEnd, FrameView>;
  readonly on: Wire['carrier']['on'];
  readonly off: Wire['carrier']['off'];
  readonly resume?: Wire['resume'];
  readonly hubPorts?: Wire['hubPorts'];
  readonly files?: readonly string[];
};

export function assemble(request: WireRequest, parts: WireParts): Wire {
  const [tail, head] = request.ends;
  return {
    link: request.link,
    carriedBy: parts.carriedBy,
    setUp: parts.setUp,
    resume: parts.resume ?? [],
    tearDown: parts.tearDown,
    ends: [wiredEnd(tail, parts), wiredEnd(head, parts)],
    interfaces: parts.places.map(interfaceOf),
    carrier: {
      on: parts.on,
      off: parts.off,
      guests: request.ends.filter((end) => end.kind === 'vm').map(({ node, port }) => ({ node, port })),
    },
    outlets: [outlet(parts.outlets.get(tail)), outlet(parts.outlets.get(head))],
    points: [parts.points.get(tail), parts.points.get(head)],
    mtu: request.mtu ?? (request.ends.every((end) => end.kind === 'vm') ? JUMBO_MTU : DEFAULT_MTU),
    hubPorts: parts.hubPorts ?? [],
    files: parts.files ?? [],
  };
}

function outlet(place: Place | undefined): Outlet | undefined {
  return place && { netns: place.netns, name: place.name };
}

function wiredEnd(end: WireEnd, { plugs, views }: WireParts): WiredEnd {
  return { node: end.node, port: end.kind === 'hub' ? undefined : end.port, plug: plugs.get(end), view: views.get(end) };
}
