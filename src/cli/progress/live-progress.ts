import type { Clock } from '../../boundary/clock.ts';
import type { Terminal } from '../../boundary/terminal.ts';
import type { ProgressEvent } from '../../model/outcome.ts';
import type { Voice } from '../voice.ts';
import { progressBlock, progressLine } from './progress-lines.ts';
import { Progress } from './progress-state.ts';

/** Between two drawings of the block. Milliseconds. */
const FRAME = 100;

/**
 * Shows a long action while it runs, on standard error: one updating block on a terminal (`block`), else one line per event, those
 * of readiness only where it is `awaited`. The events come through the function handed to `work`.
 */
export async function withProgress<T>(
  { terminal, clock }: { terminal: Terminal; clock: Clock },
  voice: Voice,
  show: { doing: 'Starting' | 'Stopping'; nodes: Iterable<string>; block: boolean; awaited: boolean },
  work: (onEvent: (event: ProgressEvent) => void) => Promise<T>,
): Promise<T> {
  if (!show.block || !terminal.stderr.isTty || voice.quiet) {
    return await work((event) => {
      const line = progressLine(event, show.awaited);
      if (line !== undefined) voice.info(line);
    });
  }
  const progress = new Progress(show.nodes);
  const begun = clock.now();
  let drawn = 0;
  const draw = (frame: number) => {
    const seconds = (clock.now() - begun) / 1000;
    const { columns, rows } = terminal.stderr;
    const lines = progressBlock(progress.state, { doing: show.doing, columns, rows, frame, seconds, paint: voice.errPaint });
    terminal.stderr.write(`${erase(drawn)}${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  const running = work((event) => progress.add(event));
  const ended = running.then(
    () => true,
    () => true,
  );
  for (let frame = 0; ; frame++) {
    draw(frame);
    if (await Promise.race([ended, clock.sleep(FRAME, ended).then(() => false)])) break;
  }
  terminal.stderr.write(erase(drawn));
  return await running;
}

/** Up over the lines drawn before, and everything below gone (ECMA-48: CUU, ED). */
function erase(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}A\r\u001b[J`;
}
