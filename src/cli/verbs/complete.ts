import { candidates } from '../completion/candidates.ts';
import { liveNames } from '../completion/live-names.ts';
import { EXIT } from '../exit-codes.ts';
import type { Verb } from '../verb.ts';

/** What the completion scripts ask: `complete -- WORDS...`, the last word being the one to complete. One candidate a line, TAB, its meaning. */
export function completeVerb(verbs: () => readonly Verb[]): Verb {
  return {
    name: 'complete',
    summary: 'candidates for the shells',
    help: '',
    positional: [{ syntax: '[words...]', meaning: 'the words of the command line so far', completes: 'command' }],
    hidden: true,
    passThrough: true,
    async run(context, words, voice) {
      const line = words.positional[0] === '--' ? words.positional.slice(1) : words.positional;
      voice.printAll(await candidates(line, verbs(), (options) => liveNames(context, options)));
      return EXIT.ok;
    },
  };
}
