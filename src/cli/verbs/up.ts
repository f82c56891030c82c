import { isGenerated } from '../../model/topology.ts';
import { EXIT } from '../exit-codes.ts';
import { withEngineAhead } from '../lab/engine-ahead.ts';
import { findPlace } from '../lab/place.ts';
import { prepareMachine } from '../lab/prepare-machine.ts';
import { produceLab } from '../lab/produce-lab.ts';
import { labSpec } from '../lab/read-lab.ts';
import { startLab } from '../lab/run-lab.ts';
import { statusTable } from '../status-table.ts';
import type { Verb } from '../verb.ts';

export const upVerb: Verb = {
  name: 'up',
  summary: 'generate and start a lab, wait until it is ready, and show it',
  help: `Checks the topology, writes what generate writes, builds the small guest when a node uses it for the first time, starts
every node and waits until all are ready. Nodes that run already are left alone.

Examples:
  weft up
  weft up examples/ring
  weft up examples/tutorial --template small
  weft up -n second              # a second lab of the same file at the same time
  weft up --yes                  # installs QEMU first where it is missing (root, Debian)`,
  positional: [{ syntax: '[path]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  options: [
    {
      flags: '--timeout <seconds>',
      meaning: 'a node that is not ready by then counts as failed (default: 300)',
      env: 'WEFT_TIMEOUT',
    },
  ],
  shares: ['template', 'json', 'yes'],
  async run(context, words, voice) {
    const timeout = words.number('timeout', 300);
    const place = await findPlace(context, words, words.positional[0]);
    const lab = await produceLab(context, voice, place, words.text('template'), 'count', (topology, write) =>
      withEngineAhead(context, topology, write),
    );
    const spec = labSpec(lab);
    await prepareMachine(context, voice, spec.topology.nodes.filter(isGenerated), words.flag('yes'));
    const outcome = await startLab(context, voice, place, spec, { nodes: [], wait: true, timeout, block: true });
    if (words.flag('json')) voice.printJson(outcome);
    else voice.printAll(statusTable(outcome.status.nodes, voice.outPaint));
    return outcome.failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
