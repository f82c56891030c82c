import type { ChangedEnd } from '../../model/change.ts';
import { UsageError } from '../complaints.ts';

/** Reads `NODE:PORT`, or `NODE` for a shared segment. */
export function parseEnd(text: string): ChangedEnd {
  const at = text.indexOf(':');
  const node = at < 0 ? text : text.slice(0, at);
  const port = at < 0 ? undefined : text.slice(at + 1);
  if (node === '' || port === '') throw new UsageError(`${text} is no end of a link`, 'write NODE:PORT, such as server:eth0');
  return { node, port };
}
