import { interfaceOf, type Place } from './place.ts';
import type { NetdevPlug, Wire, WiredEnd, WireEnd, WireRequest } from './wire.ts';

/** What a kind of wire adds to the parts that all wires share. */
export type WireParts = Pick<Wire, 'carriedBy' | 'setUp' | 'tearDown'> & {
  readonly places: readonly Place[];
  readonly plugs: ReadonlyMap<WireEnd, NetdevPlug>;
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
    ends: [wiredEnd(tail, parts.plugs.get(tail)), wiredEnd(head, parts.plugs.get(head))],
    interfaces: parts.places.map(interfaceOf),
    carrier: {
      on: parts.on,
      off: parts.off,
      guests: request.ends.filter((end) => end.kind === 'vm').map(({ node, port }) => ({ node, port })),
    },
    hubPorts: parts.hubPorts ?? [],
    files: parts.files ?? [],
  };
}

function wiredEnd(end: WireEnd, plug: NetdevPlug | undefined): WiredEnd {
  return { node: end.node, port: end.kind === 'hub' ? undefined : end.port, plug };
}
