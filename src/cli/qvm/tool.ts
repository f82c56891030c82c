import type { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import type { Context } from '../context.ts';
import type { Positional, VerbOption } from '../verb.ts';
import type { Words } from '../words.ts';

/** One of Qubes' command line tools: its words, output and exit codes are theirs. */
export interface Tool {
  /** `qvm-ls`. */
  readonly name: string;
  readonly summary: string;
  /** Below the options. */
  readonly help: string;
  readonly positional: readonly Positional[];
  readonly options?: readonly ToolOption[];
  /** The exit code; what it throws is told as `runTool` says. */
  run(desk: Desk, words: Words): Promise<number>;
}

export interface ToolOption extends VerbOption {
  /** It may be given several times, with one value each. */
  readonly repeats?: boolean;
}

/** What a tool works with. */
export interface Desk {
  readonly client: QubesClient;
  readonly context: Context;
  readonly print: (line: string) => void;
  readonly printAll: (lines: readonly string[]) => void;
  /** On standard error, as it is. */
  readonly tell: (line: string) => void;
  /** On standard error: `Error: TEXT`. */
  readonly complain: (text: string) => void;
  /** On standard error, with the name of who says it; with --quiet without, and only what is worse than a note. */
  readonly log: (level: 'note' | 'warning', who: string, text: string) => void;
}

/** Something is wrong that is no matter of usage: told as `TOOL: error: TEXT`. */
export class ToolFailure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = 1) {
    super(message);
    this.name = 'ToolFailure';
    this.exitCode = exitCode;
  }
}
