import { requireNodesOf, runningLab, tellChange } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const reattachVerb: Verb = {
  name: 'reattach',
  summary: 'attach the uplinks of nodes again',
  help: `Addresses, MACs and IPv6 of an uplink are those of the moment at which it was attached. After a change of the features ipv6 and net.fake-... or
of the properties ip, ip6 and mac, this makes them count at once: for the nodes named, and for those below them whose uplink would be another now.
Their network is gone for an instant.

Examples:
  weft features sys-net ipv6 1 && weft reattach sys-net
  weft reattach work`,
  positional: [{ syntax: '<nodes...>', meaning: 'the nodes', completes: 'node' }],
  shares: ['json'],
  async run(context, words, voice) {
    const connection = await runningLab(context, words);
    await requireNodesOf(connection, words.positional);
    const outcome = await connection.call('reattach', { nodes: words.positional });
    return tellChange(voice, words, outcome, `Attached again: ${words.positional.join(', ')} and what is below`);
  },
};
