import { UsageError } from '../complaints.ts';
import { changeLab, runningLab } from '../lab/change-lab.ts';
import { parseEnd } from '../lab/parse-end.ts';
import type { Verb } from '../verb.ts';

export const attachVerb: Verb = {
  name: 'attach',
  summary: 'make a link between two ports of the running lab',
  help: `The link is made at once where its nodes run, hot-plugged into virtual machines, and belongs to the lab from then on: a restart of
its nodes, of the engine, and weft apply keep it. A shared segment (hub) is named without a port.

Examples:
  weft attach server:eth2 client1:eth1
  weft attach server:eth3 lan
  weft attach a:eth1 b:eth1 --set qn_mtu=9000 qn_tailip=10.0.0.1/24`,
  positional: [
    { syntax: '<a:port>', meaning: 'one end', completes: 'capture-word' },
    { syntax: '<b:port>', meaning: 'the other end', completes: 'capture-word' },
  ],
  options: [
    { flags: '--set <attribute=value...>', meaning: 'attributes of the link, as in the file (the first end is the tail)' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    const [a = '', b = ''] = words.positional;
    const [tail, head] = [parseEnd(a), parseEnd(b)];
    const connection = await runningLab(context, words);
    const attributes = Object.fromEntries(words.list('set').map(assignment));
    return await changeLab(voice, words, connection, {
      changes: [{ change: 'attach', tail, head, attributes }],
      done: `Attached ${a} to ${b}`,
    });
  },
};

function assignment(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`--set needs attribute=value, not ${text}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
