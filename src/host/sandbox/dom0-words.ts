/** Set in a shell that is in a user namespace of its own. */
const APART = 'WEFT_APART';

/** The command that runs another where the machine looks like dom0 of a Qubes to it alone: `run` and `socket` are a lab's. */
export function dom0Words(
  lab: { readonly run: string; readonly socket: string; readonly scripts: string; readonly uid: number; readonly gid: number },
  argv: readonly string[],
): { readonly argv: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  const { run, socket, scripts, uid, gid } = lab;
  const isUser = uid !== 0;
  const flags = ['--mount', '--propagation', 'slave', ...(isUser ? ['--user', '--map-root-user'] : [])];
  const script = ['/bin/sh', `${scripts}/dom0-shell.sh`, run, socket, isUser ? `${uid}:${gid}` : ''];
  return { argv: ['unshare', ...flags, '--', ...script, ...argv], environment: isUser ? { [APART]: '1' } : {} };
}

/** Whether this is in such a shell: it sees no process of a lab, and must take no lab for dead for that. */
export function isApart(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment[APART] === '1';
}
