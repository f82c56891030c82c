import { encodeUtf8 } from '../model/utf8.ts';
import { digestName } from './panel-name.ts';
import { portText } from './place.ts';
import { refused } from './refusal.ts';
import type { NetdevPlug, WireEnd, WireRefusal, WireRequest } from './wire.ts';

/** Longest path of a unix socket in bytes (sun_path with its final zero, unix(7)). */
const longestPath = 107;

/** Paths of the two ends' datagram sockets. */
export function dgramPaths(request: WireRequest, tail: WireEnd, head: WireEnd): readonly [string, string] | WireRefusal {
  const paths = [socketPath(request, tail), socketPath(request, head)] as const;
  if (paths.every((path) => encodeUtf8(path).length <= longestPath)) return paths;
  return refused(
    'ENAMETOOLONG',
    `link ${request.link} needs a unix socket at ${paths[0]}, but such paths may have ${longestPath} bytes at most`,
    'set XDG_RUNTIME_DIR to a folder with a shorter path',
  );
}

/** QEMU opens the socket at `local` itself. */
export function dgramPlug(local: string, remote: string): NetdevPlug {
  const path = (text: string) => text.replaceAll(',', ',,');
  return {
    netdev: `dgram,local.type=unix,local.path=${path(local)},remote.type=unix,remote.path=${path(remote)}`,
    descriptor: undefined,
  };
}

function socketPath({ runDirectory, link }: WireRequest, end: WireEnd): string {
  return `${runDirectory}/${digestName(`${link}\n${portText(end)}`)}`;
}
