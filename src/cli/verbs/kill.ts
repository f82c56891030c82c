import { EXIT } from '../exit-codes.ts';
import { requireNodesOf, runningLab } from '../lab/change-lab.ts';
import { showOutcome } from '../lab/run-lab.ts';
import type { Verb } from '../verb.ts';

export const killVerb: Verb = {
  name: 'kill',
  summary: 'end nodes at once, as a power failure does',
  help: `Nothing is asked of the guest: SIGKILL. The lab stays, even when no node of it is left running.

Examples:
  weft kill client1`,
  positional: [{ syntax: '<nodes...>', meaning: 'the nodes', completes: 'node' }],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    await requireNodesOf(connection, words.positional);
    const outcome = await connection.call('stop', { nodes: words.positional, kill: true });
    showOutcome(voice, outcome);
    voice.info(`Killed ${words.positional.join(', ')}`);
    return outcome.failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
