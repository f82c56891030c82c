import { assemble } from './assemble.ts';
import { dgramPaths, dgramPlug } from './dgram-sockets.ts';
import type { VmEnd, Wire, WireRefusal, WireRequest } from './wire.ts';

/** Two VMs where no TAP may be made: a pair of unix datagram sockets, which QEMU itself opens. */
export function dgramWire(request: WireRequest, [tail, head]: readonly [VmEnd, VmEnd]): Wire | WireRefusal {
  const paths = dgramPaths(request, tail, head);
  if ('refused' in paths) return paths;
  const [a, b] = paths;
  return assemble(request, {
    carriedBy: 'dgram',
    places: [],
    outlets: new Map(),
    points: new Map(),
    plugs: new Map([
      [tail, dgramPlug(a, b)],
      [head, dgramPlug(b, a)],
    ]),
    views: new Map(),
    setUp: [],
    tearDown: [],
    on: [],
    off: [],
    files: paths,
  });
}
