/** What one command is to print, and how it is to end; with what is left out anything goes. */
export interface Outcome {
  /** Standard output without the line end at its end. */
  readonly out?: string | RegExp;
  /** Found in standard error. */
  readonly err?: RegExp;
  /** 0 where left out. */
  readonly code?: number;
}

export interface Step extends Outcome {
  /** As it is typed; several lines are one command. */
  readonly line: string;
  /** What is different with tools of Qubes 4.2; `unknown` where they do not have it. */
  readonly older?: Outcome | 'unknown';
}

/** How a command ended. */
export interface Ended {
  readonly out: string;
  readonly err: string;
  readonly code: number;
}

const MARK = '@@@';

/** One shell script that runs the commands one after the other, each with nobody to answer. */
export function scriptOf(steps: readonly Step[]): string {
  return steps.map(({ line }) => `echo '${MARK}'; echo '${MARK}' >&2\n{ ${line}\n} </dev/null\necho "${MARK}$?"\n`).join('');
}

/** Takes apart what such a script wrote. */
export function endsOf(stdout: string, stderr: string): readonly Ended[] {
  const errors = stderr.split(`${MARK}\n`).slice(1);
  const parts = stdout.split(`${MARK}\n`).slice(1);
  return parts.map((part, at) => {
    const end = part.lastIndexOf(MARK);
    return { out: part.slice(0, end).replace(/\n$/, ''), err: errors[at] ?? '', code: Number(part.slice(end + MARK.length)) };
  });
}

/** What a command is to do with tools of that age. */
export function expectedOf(step: Step, isOlder: boolean): Outcome {
  const { out, err, code = 0 } = isOlder && typeof step.older === 'object' ? { ...step, ...step.older } : step;
  return { ...(out === undefined ? {} : { out }), ...(err === undefined ? {} : { err }), code };
}
