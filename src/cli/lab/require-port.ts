import type { LabConnection } from '../../api/labs.ts';
import { Refusal, UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { nameHint } from '../name-hint.ts';
import { requireNode } from './session.ts';

/** Node and port of `NODE:PORT`; a UsageError where it is none. */
export function splitPort(word: string): readonly [node: string, port: string] {
  const at = word.indexOf(':');
  if (at < 0) throw new UsageError(`${word} is no port`, 'write NODE:PORT');
  return [word.slice(0, at), word.slice(at + 1)];
}

/** The lab must have this port; a Refusal with the nearest name where it has not. */
export async function requirePort(connection: LabConnection, name: string, port: string): Promise<void> {
  const node = requireNode(await connection.call('status', { ports: true }), name);
  const names = node.ports.map((candidate) => candidate.name);
  if (!names.includes(port)) throw new Refusal(EXIT.failed, `${name} has no port ${port}`, nameHint(port, names));
}
