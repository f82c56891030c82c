import type { WireRefusal, WireRequest } from './wire.ts';

/** Why the machine or the sandbox cannot carry this link at all; undefined where it can. */
export function refusal(request: WireRequest): WireRefusal | undefined {
  const { link, ends, abilities } = request;
  if (ends.some((end) => end.kind === 'host') && !abilities.host) {
    return refused(
      'EPERM',
      `link ${link} joins the machine's own network, which an ordinary user may not change`,
      'run weft as root, with sudo',
    );
  }
  if (!abilities.namespaces && !ends.every((end) => end.kind === 'vm')) {
    return refused(
      'EPERM',
      `link ${link} needs a network namespace, and this user may make none`,
      'run weft as root, or allow unprivileged user namespaces',
    );
  }
  if (abilities.classifier === undefined && redirects(request)) {
    return refused(
      'ENOENT',
      `link ${link} needs tc to redirect frames, but this kernel has neither the classifier matchall nor u32`,
      'load one of them: modprobe cls_matchall',
    );
  }
  return undefined;
}

/** Hubs are made of redirects, and so is what joins a TAP to a namespace. */
function redirects({ ends, abilities }: WireRequest): boolean {
  const kinds = ends.map((end) => end.kind);
  return kinds.includes('hub') || (abilities.tap && kinds.includes('vm') && kinds.includes('namespace'));
}

export function refused(code: string, message: string, hint: string): WireRefusal {
  return { refused: { code, message, hint } };
}
