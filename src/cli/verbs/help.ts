import { UsageError } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { nameHint } from '../name-hint.ts';
import { helpText } from '../program.ts';
import type { Verb } from '../verb.ts';

/** `help` knows all verbs, itself included. */
export function helpVerb(verbs: () => readonly Verb[]): Verb {
  return {
    name: 'help',
    summary: 'explain the program or a verb',
    help: 'Example:\n  weft help up',
    positional: [{ syntax: '[verb]', meaning: 'the verb', completes: 'verb' }],
    run(context, words, voice) {
      const [name] = words.positional;
      const known = verbs().filter(({ hidden }) => hidden !== true);
      if (name !== undefined && !known.some((verb) => verb.name === name)) {
        throw new UsageError(
          `unknown verb '${name}'`,
          nameHint(
            name,
            known.map((verb) => verb.name),
          ),
        );
      }
      const identity = { name: context.invokedAs, version: context.version, columns: context.terminal.stdout.columns };
      voice.print(helpText(verbs(), identity, name).trimEnd());
      return Promise.resolve(EXIT.ok);
    },
  };
}
