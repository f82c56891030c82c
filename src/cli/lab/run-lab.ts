import type { LabConnection, Labs } from '../../api/labs.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import type { Outcome } from '../../model/outcome.ts';
import { isGenerated } from '../../model/topology.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { withProgress } from '../progress/live-progress.ts';
import { printable } from '../visible-width.ts';
import type { Voice } from '../voice.ts';
import type { Place } from './place.ts';

export interface StartWish {
  /** All nodes where left out. */
  readonly nodes: readonly string[];
  readonly wait: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** One updating block on a terminal instead of a line per node. */
  readonly block: boolean;
}

/** Makes the lab's sandbox and engine where they are missing, and starts nodes. Shows progress, warnings and failures. */
export async function startLab(context: Context, voice: Voice, place: Place, spec: LabSpec, wish: StartWish): Promise<Outcome> {
  const labs = await context.labs();
  const namesake = (await labs.list()).find((lab) => lab.name === spec.name);
  if (namesake?.alive === true && namesake.directory !== '' && namesake.directory !== spec.directory) {
    throw new Refusal(
      EXIT.failed,
      `a lab named ${spec.name} runs already, from ${namesake.directory}`,
      'give this one another name: -n NAME',
    );
  }
  if (place.known?.alive === true && place.known.name !== spec.name && place.known.directory === spec.directory) {
    throw new Refusal(
      EXIT.failed,
      `lab ${place.known.name} runs from this directory`,
      `end it first: weft down ${place.known.name}`,
    );
  }
  const isNew = namesake === undefined || (namesake.directory === '' && namesake.torn === undefined);
  const connection = await labs.launch(spec.name);
  const chosen = wish.nodes.length > 0 ? wish.nodes : spec.topology.nodes.filter(isGenerated).map(({ name }) => name);
  const stopListening = context.terminal.onInterrupt(() => {
    voice.aside('');
    voice.warn(
      `left while lab ${spec.name} was starting; it goes on`,
      `${context.invokedAs} status shows it, weft down ${spec.name} ends it`,
    );
    context.terminal.exit(EXIT.interrupted);
  });
  try {
    const request = { spec, wait: wish.wait, timeout: wish.timeout, ...(wish.nodes.length > 0 ? { nodes: wish.nodes } : {}) };
    const outcome = await withProgress(
      context,
      voice,
      { doing: 'Starting', nodes: chosen, block: wish.block, awaited: wish.wait },
      (onEvent) => connection.call('start', request, onEvent),
    );
    showOutcome(voice, outcome);
    return outcome;
  } catch (failure) {
    if (isNew) await removeUnstarted(labs, connection);
    throw failure;
  } finally {
    stopListening();
  }
}

/** A lab whose first start was refused as a whole leaves nothing behind, unless another command has started it meanwhile. */
async function removeUnstarted(labs: Labs, connection: LabConnection): Promise<void> {
  try {
    const { nodes } = await connection.call('status', { ports: false });
    if (nodes.every(({ pid }) => pid === undefined)) await labs.remove(connection.name);
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
  }
}

/** Stops nodes, all of them where none is named; with progress. */
export async function stopNodes(
  context: Context,
  voice: Voice,
  connection: LabConnection,
  nodes: readonly string[],
  block: boolean,
  force: boolean = false,
): Promise<Outcome> {
  const request = { ...(nodes.length > 0 ? { nodes } : {}), ...(force ? { force } : {}) };
  const outcome = await withProgress(context, voice, { doing: 'Stopping', nodes, block, awaited: false }, (onEvent) =>
    connection.call('stop', request, onEvent),
  );
  showOutcome(voice, outcome);
  return outcome;
}

/** Stops everything of a lab and removes what it left, a crashed one's remains included. */
export async function removeLab(context: Context, voice: Voice, name: string, block: boolean): Promise<boolean> {
  const labs = await context.labs();
  labs.requireSight();
  const connection = await labs.connect(name);
  let clean = true;
  try {
    if (connection !== undefined) {
      const outcome = await withProgress(context, voice, { doing: 'Stopping', nodes: [], block, awaited: false }, (onEvent) =>
        connection.call('down', {}, onEvent),
      );
      showOutcome(voice, outcome);
      clean = outcome.failures.length === 0;
    }
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
    voice.warn(`the engine of lab ${name} did not stop its nodes: ${failure.message}`, 'they are ended with its sandbox');
  }
  await labs.remove(name);
  return clean;
}

/** Warnings and failures, for people. */
export function showOutcome(voice: Voice, outcome: Outcome): void {
  for (const warning of outcome.warnings) voice.warn(warning);
  for (const { node, message, hint } of outcome.failures)
    voice.error(`${node}: ${printable(message)}`, hint === undefined ? undefined : printable(hint));
}
