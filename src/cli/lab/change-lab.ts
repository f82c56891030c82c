import type { ChangeOutcome } from '../../api/contract.ts';
import type { LabConnection } from '../../api/labs.ts';
import type { AttributeChanges, Change } from '../../model/change.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';
import { findPlace } from './place.ts';
import { showOutcome } from './run-lab.ts';
import { requireConnection, requireNodes } from './session.ts';

/** Connects to the lab that the words mean; a Refusal where it does not run. */
export async function runningLab(context: Context, words: Words): Promise<LabConnection> {
  return await requireConnection(context, await findPlace(context, words));
}

/** A Refusal, with the nearest name, unless the lab has all these nodes. */
export async function requireNodesOf(connection: LabConnection, wanted: readonly string[]): Promise<void> {
  const { nodes } = await connection.call('status', { ports: false });
  const names = nodes.map(({ name }) => name);
  requireNodes(wanted, connection.name, names);
}

/** Makes edits of a running lab, tells what was done, and gives the exit code. */
export async function changeLab(
  voice: Voice,
  words: Words,
  connection: LabConnection,
  { changes, done }: { readonly changes: readonly Change[]; readonly done: string },
): Promise<number> {
  return tellChange(voice, words, await connection.call('change', { changes }), done);
}

/** The same with attributes of one node; with --now its uplinks, and those below, are attached again where they would be others now. */
export async function changeNode(
  voice: Voice,
  words: Words,
  connection: LabConnection,
  { node, attributes, done }: { readonly node: string; readonly attributes: AttributeChanges; readonly done: string },
): Promise<number> {
  const code = await changeLab(voice, words, connection, { changes: [{ change: 'node', node, attributes }], done });
  if (code !== EXIT.ok || !words.flag('now')) return code;
  return tellChange(
    voice,
    words,
    await connection.call('reattach', { nodes: [node] }),
    `Attached again: ${node} and what is below`,
  );
}

export function tellChange(voice: Voice, words: Words, outcome: ChangeOutcome, done: string): number {
  showOutcome(voice, outcome);
  if (words.flag('json')) voice.printJson(outcome);
  if (outcome.failures.length > 0) return EXIT.failed;
  voice.info(done);
  return EXIT.ok;
}
