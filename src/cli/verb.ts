import type { Context } from './context.ts';
import type { Voice } from './voice.ts';
import type { Words } from './words.ts';

/** What the shell offers for a word. */
export type Completes =
  | 'node'
  | 'lab'
  | 'template'
  | 'port'
  | 'capture-word'
  | 'record-action'
  | 'on-off'
  | 'impairment'
  | 'firewall-action'
  | 'firewall-word'
  | 'forward-protocol'
  | 'path'
  | 'verb'
  | 'shell'
  | 'image-action'
  | 'example'
  | 'tags-action'
  | 'command';

export interface Positional {
  /** As commander writes it: `<node>`, `[nodes...]`. */
  readonly syntax: string;
  readonly meaning: string;
  readonly completes: Completes;
}

export interface VerbOption {
  /** As commander writes it: `-T, --type <type>`. */
  readonly flags: string;
  readonly meaning: string;
  /** An environment variable with the same meaning. */
  readonly env?: string;
  readonly choices?: readonly string[];
  readonly fallback?: string;
  readonly completes?: Completes;
}

/** Options that several verbs share; -C, -n, -q and --no-color belong to all. */
export type SharedOption = 'json' | 'template' | 'yes';

/** One verb of the command line: what it is called, what it takes, what it does. */
export interface Verb {
  readonly name: string;
  readonly summary: string;
  /** Below the options: what it does exactly, and examples. */
  readonly help: string;
  readonly positional: readonly Positional[];
  readonly options?: readonly VerbOption[];
  readonly shares?: readonly SharedOption[];
  /** Words after the first positional belong to somebody else's command and are not looked at. */
  readonly passThrough?: boolean;
  /** `--` stays among the positional words: the verb wants to know where it was. */
  readonly keepsDashes?: boolean;
  /** All words behind the name are the verb's own to read, options too; this is the help for them. */
  readonly ownWords?: { help(identity: { readonly version: string; readonly columns: number }): string };
  /** Not in the list of verbs. */
  readonly hidden?: boolean;
  run(context: Context, words: Words, voice: Voice): Promise<number>;
}
