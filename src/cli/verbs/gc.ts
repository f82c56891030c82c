import type { Leftover } from '../../api/labs.ts';
import { EXIT } from '../exit-codes.ts';
import { textTable } from '../text-table.ts';
import type { Verb } from '../verb.ts';

export const gcVerb: Verb = {
  name: 'gc',
  summary: 'remove what labs have left after a reboot or a kill',
  help: `Looks for labs of yours whose sandbox is gone: runtime folders, locks, processes, documents, half-written files, as root also interfaces of
the machine; and for images of the small guest that nothing uses. Labs that live are not touched, nor is anything that does not carry
weft's marks. Removing the document of a lab that was not taken down is what weft down would do; its own directory stays.
Ends with 0 when nothing is left, with 1 when something could not be removed.

Examples:
  weft gc --dry-run              # only say what would go
  weft gc
  weft gc --json`,
  positional: [],
  options: [{ flags: '--dry-run', meaning: 'only list it' }],
  shares: ['json'],
  async run(context, words, voice) {
    const dryRun = words.flag('dryRun');
    const found = await (await context.labs()).gc(dryRun);
    if (words.flag('json')) voice.printJson(found);
    else if (found.length > 0) voice.printAll(tableOf(found));
    if (found.length === 0) voice.info('nothing is left of labs that are gone');
    else if (dryRun) voice.info('nothing was removed: this was a dry run');
    const stays = found.filter(({ failure }) => failure !== undefined);
    for (const { what, failure } of stays) voice.error(`${what}: ${failure}`);
    return stays.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

function tableOf(found: readonly Leftover[]): readonly string[] {
  const rows = found.map(({ kind, lab, what, reason }) => [kind, lab ?? '-', what, reason]);
  return textTable([{ title: 'KIND' }, { title: 'LAB' }, { title: 'WHAT' }, { title: 'WHY' }], rows);
}
