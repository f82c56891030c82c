import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { produceLab } from '../lab/produce-lab.ts';
import type { Verb } from '../verb.ts';

export const generateVerb: Verb = {
  name: 'generate',
  summary: 'write topology.dot, and NODE.yaml and the script NODE of every node',
  help: `Reads topology.dot.in (else topology.dot), fills in every default, and renders the templates. The scripts also run by hand.
Templates are searched in QENETH_PATH (default: the directory itself), then among the bundled ones.
All files are written as one step: with an error in the topology or a template nothing is written.

Examples:
  weft generate
  weft generate --template small
  weft generate -n second        # a second lab of the same file, in second.lab/`,
  positional: [{ syntax: '[path]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  shares: ['template'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    await produceLab(context, voice, place, words.text('template'), 'all');
    return EXIT.ok;
  },
};
