/** The resolv.conf(5) of a namespace node, below the lab's runtime folder; there is one only where something names its name servers. */
export function resolverFile(run: string, node: string): string {
  return `${run}/resolv/${node}`;
}

/** The words of a command that sees `file` as /etc/resolv.conf, in a mount namespace of its own; it goes on without where that fails. */
export function withResolver(file: string, argv: readonly string[]): readonly string[] {
  const script = 'mount --bind "$1" /etc/resolv.conf || echo "weft: $1 is not seen as /etc/resolv.conf" >&2; shift; exec "$@"';
  return ['unshare', '--mount', '--', '/bin/sh', '-c', script, 'sh', file, ...argv];
}
