import type { LabConnection } from '../../api/labs.ts';
import type { ChangedEnd } from '../../model/change.ts';
import { Refusal } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { changeLab, runningLab } from '../lab/change-lab.ts';
import { parseEnd } from '../lab/parse-end.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

export const detachVerb: Verb = {
  name: 'detach',
  summary: 'take a link of the running lab away',
  help: `Names the link by one of its ports, or by both. Links of the file can be taken away, too: they stay away until apply --discard, or
until the file no longer has them. A link of the feature attach-network-to goes when the feature no longer names its frontend.

Examples:
  weft detach server:eth2
  weft detach server:eth2 client1:eth1`,
  positional: [
    { syntax: '<a:port>', meaning: 'one end', completes: 'capture-word' },
    { syntax: '[b:port]', meaning: 'the other end, for a check', completes: 'capture-word' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [a = '', b] = words.positional;
    const ends = [parseEnd(a), ...(b === undefined ? [] : [parseEnd(b)])];
    const connection = await runningLab(context, words);
    const link = await linkWith(connection, ends);
    return await changeLab(voice, words, connection, {
      changes: [{ change: 'detach', link }],
      done: `Detached ${link.replace('--', ' -- ')}`,
    });
  },
};

async function linkWith(connection: LabConnection, ends: readonly ChangedEnd[]): Promise<string> {
  const { topology } = await connection.call('desired', {});
  const link = topology.links.find(({ tail, head }) =>
    ends.every((end) => [tail, head].some(({ node, port }) => node === end.node && port === end.port)),
  );
  if (link !== undefined) return link.id;
  const text = ends.map(({ node, port }) => (port === undefined ? node : `${node}:${port}`)).join(' and ');
  const ports = topology.links.flatMap(({ tail, head }) => [tail, head].map(({ node, port }) => `${node}:${port ?? ''}`));
  throw new Refusal(EXIT.failed, `there is no link at ${text}`, nameHint(text, ports));
}
