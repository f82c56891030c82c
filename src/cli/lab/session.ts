import type { LabConnection } from '../../api/labs.ts';
import type { LabStatus, NodeStatus } from '../../model/lab-status.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { nameHint } from '../name-hint.ts';
import { nameOf } from '../paths.ts';
import { graphNameIn } from './graph-name.ts';
import type { Place } from './place.ts';

/** The engine of a lab that runs; undefined when it does not. */
export async function connectionTo(context: Context, place: Place): Promise<LabConnection | undefined> {
  if (place.known === undefined) return undefined;
  return await (await context.labs()).connect(place.known.name);
}

/** The engine of a lab that runs; a Refusal when it does not. */
export async function requireConnection(context: Context, place: Place): Promise<LabConnection> {
  const connection = await connectionTo(context, place);
  if (connection !== undefined) return connection;
  const name = place.lab ?? place.known?.name ?? (await graphNameIn(context.files, place.input)) ?? nameOf(place.directory);
  const hint =
    place.input === undefined
      ? 'weft status --all lists your labs'
      : `${context.invokedAs} ${context.invokedAs === 'qeneth' ? 'start' : 'up'} starts it`;
  throw new Refusal(EXIT.notRunning, `lab ${name} does not run`, hint);
}

/** A node of the lab by its name; a Refusal with the nearest name when there is none. */
export function requireNode(status: LabStatus, name: string): NodeStatus {
  const node = status.nodes.find((candidate) => candidate.name === name);
  if (node !== undefined) return node;
  throw noSuchNode(
    name,
    status.lab,
    status.nodes.map((candidate) => candidate.name),
  );
}

/** A node that must run for what was asked. */
export function requireRunning(context: Context, node: NodeStatus): NodeStatus & { readonly pid: number } {
  const { pid } = node;
  if (pid !== undefined && node.state !== 'stopped' && node.state !== 'lost') return { ...node, pid };
  const why = node.reason === undefined ? '' : `: ${node.reason}`;
  throw new Refusal(EXIT.notRunning, `${node.name} does not run${why}`, `${context.invokedAs} start ${node.name} starts it`);
}

/** Every name must be one of `known`. */
export function requireNodes(names: readonly string[], lab: string, known: readonly string[]): void {
  const there = new Set(known);
  for (const name of names) if (!there.has(name)) throw noSuchNode(name, lab, known);
}

function noSuchNode(name: string, lab: string, known: readonly string[]): Refusal {
  return new Refusal(EXIT.failed, `there is no node ${name} in lab ${lab}`, nameHint(name, known));
}
