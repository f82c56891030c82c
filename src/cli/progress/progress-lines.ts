import type { ProgressEvent } from '../../model/outcome.ts';
import type { Paint } from '../paint.ts';
import { cutToWidth, printable } from '../visible-width.ts';
import type { ProgressState } from './progress-state.ts';

type Stage = ProgressEvent['stage'];

const BAR = 24;
const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const WORK: readonly Stage[] = ['failed', 'launched', 'stopping', 'launching'];
const MEANING: Readonly<Record<Stage, string>> = {
  waiting: 'waiting',
  launching: 'launching',
  launched: 'booting',
  ready: 'ready',
  failed: 'failed',
  stopping: 'stopping',
  stopped: 'stopped',
  skipped: 'is running already',
};

/** One updating block: a bar with the count, then the nodes that are at work now, as many as there is room for. `frame` turns the spinner. */
export function progressBlock(
  state: ProgressState,
  look: { doing: 'Starting' | 'Stopping'; columns: number; rows: number; frame: number; seconds: number; paint: Paint },
): string[] {
  const { counts } = state;
  const { paint } = look;
  const total = state.nodes.size;
  const done = counts.failed + counts.skipped + (look.doing === 'Starting' ? counts.ready : counts.stopped);
  const filled = total === 0 ? 0 : Math.floor((done / total) * BAR);
  const bar = `${paint.green('━'.repeat(filled))}${paint.dim('━'.repeat(BAR - filled))}`;
  const failed = counts.failed > 0 ? paint.red(`  ${counts.failed} failed`) : '';
  const lines = [`${look.doing} ${bar} ${done}/${total}${failed} ${paint.dim(`${Math.floor(look.seconds)} s`)}`];
  const room = Math.max(0, Math.min(10, look.rows - 3));
  const busy = WORK.flatMap((stage) => [...state.nodes.values()].filter((event) => event.stage === stage));
  for (const event of busy.slice(0, busy.length > room ? Math.max(0, room - 1) : room)) lines.push(busyLine(event, look));
  if (busy.length > room && room > 0) lines.push(paint.dim(`  … and ${busy.length - room + 1} more`));
  return lines;
}

function busyLine(event: ProgressEvent, look: { columns: number; frame: number; paint: Paint }): string {
  const text = cutToWidth(`${event.node}  ${messageOf(event)}`, look.columns - 5);
  if (event.stage === 'failed') return `  ${look.paint.red('✗')} ${text}`;
  return `  ${look.paint.cyan(SPINNER[look.frame % SPINNER.length] ?? '')} ${text}`;
}

function messageOf(event: ProgressEvent): string {
  return event.message === undefined ? MEANING[event.stage] : printable(event.message.split('\n')[0] ?? '');
}

/** One line per event, for logs and pipes; undefined for events that say nothing new there. Why something failed is told at the end. `awaited`: the user waits until nodes are ready. */
export function progressLine(event: ProgressEvent, awaited: boolean): string | undefined {
  if (event.stage === 'waiting' || event.stage === 'launched' || event.stage === 'stopped') return undefined;
  if (event.stage === 'ready' && !awaited) return undefined;
  if (event.stage === 'launching') return `Launching ${event.node}`;
  if (event.stage === 'stopping') return `Stopping ${event.node}`;
  if (event.stage === 'skipped') return `${event.node} is already running`;
  return `${event.node} ${MEANING[event.stage]}`;
}
