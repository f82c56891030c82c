import { UsageError } from '../complaints.ts';
import { changeLab, runningLab } from '../lab/change-lab.ts';
import type { Verb } from '../verb.ts';

export const createVerb: Verb = {
  name: 'create',
  summary: 'add a node to the running lab',
  help: `The node belongs to the lab from then on; weft start NODE starts it, weft attach gives it links.

Examples:
  weft create client3 --template small
  weft create probe --namespace
  weft create client3 --template small --set qn_mem=256M
  weft start client3`,
  positional: [{ syntax: '<node>', meaning: 'its name', completes: 'command' }],
  options: [
    { flags: '--namespace', meaning: 'a process in a network namespace instead of a virtual machine' },
    { flags: '--set <attribute=value...>', meaning: 'attributes of the node, as in the file' },
  ],
  shares: ['json', 'template'],
  async run(context, words, voice) {
    const [node = ''] = words.positional;
    const kind = words.flag('namespace') ? 'namespace' : 'vm';
    const template = words.text('template') ?? (kind === 'namespace' ? 'namespace' : undefined);
    if (template === undefined) throw new UsageError('which template?', '--template small, or --namespace');
    const attributes = Object.fromEntries(
      words.list('set').map((text) => {
        const at = text.indexOf('=');
        if (at <= 0) throw new UsageError(`--set needs attribute=value, not ${text}`);
        return [text.slice(0, at), text.slice(at + 1)] as const;
      }),
    );
    const connection = await runningLab(context, words);
    return await changeLab(voice, words, connection, {
      changes: [{ change: 'create', node, kind, template, attributes }],
      done: `Created ${node}; weft start ${node} starts it`,
    });
  },
};
