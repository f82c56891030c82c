import { Refusal } from '../complaints.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { removeLab } from '../lab/run-lab.ts';
import { nameHint } from '../name-hint.ts';
import type { Verb } from '../verb.ts';

export const downVerb: Verb = {
  name: 'down',
  summary: 'stop a lab and remove everything it made on this machine',
  help: `Ends every process of the lab and with them its namespaces, interfaces and sockets, also after a crash. Files in the lab's
directory stay, overlay disks among them.

Examples:
  weft down
  weft down tutorial             # by name, from anywhere
  weft down --all`,
  positional: [{ syntax: '[labs...]', meaning: 'labs by name; the lab of this directory where left out', completes: 'lab' }],
  options: [{ flags: '-a, --all', meaning: 'all your labs' }],
  async run(context, words, voice) {
    const known = (await (await context.labs()).list()).map(({ name }) => name);
    const unknown = words.positional.find((name) => !known.includes(name));
    if (unknown !== undefined) {
      throw new Refusal(
        EXIT.notRunning,
        `there is no lab named ${unknown}`,
        nameHint(unknown, known) ?? 'weft status --all lists your labs',
      );
    }
    const here = words.flag('all') || words.positional.length > 0 ? undefined : (await findPlace(context, words)).known?.name;
    const chosen = words.flag('all') ? known : words.positional.length > 0 ? words.positional : here === undefined ? [] : [here];
    if (chosen.length === 0) voice.info(words.flag('all') ? 'no lab runs' : 'no lab runs here');
    let clean = true;
    for (const name of chosen) {
      clean = (await removeLab(context, voice, name, true)) && clean;
      voice.info(`Lab ${name} is down`);
    }
    return clean ? EXIT.ok : EXIT.failed;
  },
};
