import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import { HostError } from '../../boundary/host-error.ts';

/**
 * The folder under which each lab of this user has its runtime folder: `$XDG_RUNTIME_DIR/weft`, else `/run/weft` for root,
 * `/run/user/UID/weft` or `/tmp/weft-UID` for others. It is there only while there are labs: `makeRuntimeRoot` makes it.
 * Throws a HostError when somebody else owns it: sockets in there would be theirs.
 */
export function runtimeRoot(environment: Readonly<Record<string, string | undefined>>, uid: number): string {
  const path = place(environment['XDG_RUNTIME_DIR'], uid);
  refuseForeign(path, uid);
  return path;
}

/** Makes the folder with mode 0700 where it is missing. Throws as `runtimeRoot` does. */
export function makeRuntimeRoot(path: string, uid: number): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  refuseForeign(path, uid);
}

function refuseForeign(path: string, uid: number): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && (!found.isDirectory() || found.uid !== uid)) {
    throw new HostError('EPERM', `${path} belongs to somebody else`, { hint: 'set XDG_RUNTIME_DIR to a folder of your own' });
  }
}

function place(runtimeDirectory: string | undefined, uid: number): string {
  if (runtimeDirectory) return `${runtimeDirectory}/weft`;
  if (uid === 0) return '/run/weft';
  const systemd = `/run/user/${uid}`;
  return existsSync(systemd) ? `${systemd}/weft` : `/tmp/weft-${uid}`;
}
