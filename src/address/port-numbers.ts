/** A TCP or UDP port; `asked` when the file names it, so that it listens under the engine too. */
export interface PlannedPort {
  readonly port: number;
  readonly asked: boolean;
}

export interface PortRequest {
  /** What the file says; undefined where it says nothing. */
  readonly asked: number | undefined;
  /** What qeneth would fill in. */
  readonly preferred: number;
}

const highest = 65535;

/**
 * Numbers for all requests of one protocol, none given twice. What the file asks for is kept; the others get the preferred number, or the
 * lowest free one from `from` on where that is taken or above 65535; undefined when none is left.
 */
export function assignPorts(requests: readonly PortRequest[], from: number): readonly (PlannedPort | undefined)[] {
  const taken = new Set<number>();
  for (const { asked } of requests) if (asked !== undefined) taken.add(asked);
  const planned = requests.map(({ asked, preferred }): PlannedPort | undefined => {
    if (asked !== undefined) return { port: asked, asked: true };
    if (preferred > highest || taken.has(preferred)) return undefined;
    taken.add(preferred);
    return { port: preferred, asked: false };
  });
  let next = from;
  return planned.map((port) => {
    if (port !== undefined) return port;
    while (taken.has(next)) next++;
    return next > highest ? undefined : { port: next++, asked: false };
  });
}

/** A port number as the file writes it; undefined when it is none, which the reader of the file has reported. */
export function portNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^[0-9]{1,5}$/.test(text.trim())) return undefined;
  const port = Number(text);
  return port >= 1 && port <= highest ? port : undefined;
}
