import { parsePortForwards } from '../../model/parse-port-forwards.ts';
import type { PortForwardWish } from '../../model/port-forward-wish.ts';
import { UsageError } from '../complaints.ts';

const EXAMPLE = 'weft forward NODE tcp 8080:80, or PORT alone where both are the same';

/** Reads a port of a node as it stands on the command line; a UsageError with all that is wrong where it is none. */
export function readForward(
  node: string,
  { proto, ports, from }: { readonly proto: string; readonly ports: string | undefined; readonly from: string | undefined },
): PortForwardWish {
  if (ports === undefined) throw new UsageError(`which port? ${proto} alone says none`, EXAMPLE);
  const line = [proto, ports, ...(from === undefined ? [] : ['from', from])].join(' ');
  const { faults, forwards } = parsePortForwards(line, node);
  const [placed, ...others] = forwards;
  if (placed === undefined || others.length > 0) {
    const [first] = faults;
    throw new UsageError(faults.map(({ message }) => message).join('; ') || `${line} is no port`, first?.hint ?? EXAMPLE);
  }
  return placed.wish;
}
