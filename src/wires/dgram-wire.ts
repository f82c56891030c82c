import { encodeUtf8 } from '../model/utf8.ts';
import { assemble } from './assemble.ts';
import { digestName } from './panel-name.ts';
import { portText } from './place.ts';
import { refused } from './refusal.ts';
import type { NetdevPlug, VmEnd, Wire, WireRefusal, WireRequest } from './wire.ts';

/** Longest path of a unix socket in bytes (sun_path with its final zero, unix(7)). */
const longestPath = 107;

/** Two VMs where no TAP may be made: a pair of unix datagram sockets, which QEMU itself opens. */
export function dgramWire(request: WireRequest, [tail, head]: readonly [VmEnd, VmEnd]): Wire | WireRefusal {
  const a = socketPath(request, tail);
  const b = socketPath(request, head);
  if (Math.max(encodeUtf8(a).length, encodeUtf8(b).length) > longestPath) {
    return refused(
      'ENAMETOOLONG',
      `link ${request.link} needs a unix socket at ${a}, but such paths may have ${longestPath} bytes at most`,
      'set XDG_RUNTIME_DIR to a folder with a shorter path',
    );
  }
  return assemble(request, {
    carriedBy: 'dgram',
    places: [],
    plugs: new Map([
      [tail, dgramPlug(a, b)],
      [head, dgramPlug(b, a)],
    ]),
    setUp: [],
    tearDown: [],
    on: [],
    off: [],
    files: [a, b],
  });
}

function socketPath({ runDirectory, link }: WireRequest, end: VmEnd): string {
  return `${runDirectory}/${digestName(`${link}\n${portText(end)}`)}`;
}

function dgramPlug(local: string, remote: string): NetdevPlug {
  const path = (text: string) => text.replaceAll(',', ',,');
  return {
    netdev: `dgram,local.type=unix,local.path=${path(local)},remote.type=unix,remote.path=${path(remote)}`,
    descriptor: undefined,
  };
}
