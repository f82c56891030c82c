/** The command that runs another where the machine looks like dom0 of a Qubes to it alone: `run` and `socket` are a lab's. */
export function dom0Words(
  lab: { readonly run: string; readonly socket: string; readonly scripts: string; readonly uid: number; readonly gid: number },
  argv: readonly string[],
): readonly string[] {
  const { run, socket, scripts, uid, gid } = lab;
  const flags = ['--mount', '--propagation', 'slave', ...(uid === 0 ? [] : ['--user', '--map-root-user'])];
  const user = uid === 0 ? '' : `${uid}:${gid}`;
  return ['unshare', ...flags, '--', '/bin/sh', `${scripts}/dom0-shell.sh`, run, socket, user, ...argv];
}
