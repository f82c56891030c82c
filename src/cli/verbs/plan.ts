import { EXIT } from '../exit-codes.ts';
import { readFileWish } from '../lab/file-wish.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection } from '../lab/session.ts';
import { isReached, planLines } from '../plan-text.ts';
import type { Verb, VerbOption } from '../verb.ts';

/** What plan and apply have in common. */
export const PLAN_OPTIONS: readonly VerbOption[] = [
  { flags: '--only <nodes...>', meaning: 'take from the file what concerns these nodes alone', completes: 'node' },
  { flags: '--discard', meaning: 'forget what commands have changed: the file alone counts' },
];

export const planVerb: Verb = {
  name: 'plan',
  summary: 'show what a changed topology means for the running lab',
  help: `Compares the file with what the kernel and QEMU say, and shows the steps that lead from one to the other, in their order and with
reasons. Nothing is changed. Each node is marked: live (it does not notice more than its links), restart (memory, template, image: its
process has to be launched anew), recreate (its kind changes), start, stop or remove. Ports that lose their carrier are named.
What commands such as attach or features have changed is kept, and shown where the file says otherwise; --discard forgets it.

Examples:
  weft plan
  weft plan other.dot --only server client1
  weft plan --json`,
  positional: [{ syntax: '[file]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  options: PLAN_OPTIONS,
  shares: ['json', 'template'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    const connection = await requireConnection(context, place);
    const { file } = await readFileWish(context, voice, { place, connection }, words);
    const plan = await connection.call('plan', { file });
    if (words.flag('json')) voice.printJson(plan);
    else {
      voice.printAll(planLines(plan, voice.outPaint));
      if (isReached(plan)) voice.info('nothing to do: the lab is as the file says');
    }
    return plan.lost.length + plan.refused.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
