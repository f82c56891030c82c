import type { WireRefusal, WireRequest } from './wire.ts';

/** Why the machine or the sandbox cannot carry this link at all; undefined where it can. */
export function refusal({ link, ends, abilities }: WireRequest): WireRefusal | undefined {
  const has = (kind: string) => ends.some((end) => end.kind === kind);
  if (has('host') && !abilities.host) {
    return refused(
      'EPERM',
      `link ${link} joins the machine's own network, which an ordinary user may not change`,
      'run weft as root, with sudo',
    );
  }
  if (has('hub') && abilities.classifier === undefined) {
    return refused(
      'ENOENT',
      `link ${link} joins a hub, but this kernel has neither the tc classifier matchall nor u32`,
      'load cls_matchall',
    );
  }
  if (!abilities.namespaces && !ends.every((end) => end.kind === 'vm')) {
    return refused(
      'EPERM',
      `link ${link} needs a network namespace, and this user may make none`,
      'run weft as root, or allow unprivileged user namespaces',
    );
  }
  return undefined;
}

export function refused(code: string, message: string, hint: string): WireRefusal {
  return { refused: { code, message, hint } };
}
