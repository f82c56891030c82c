import type { Topology } from '../../model/topology.ts';
import { isGenerated } from '../../model/topology.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace, type Place } from '../lab/place.ts';
import { prepareMachine } from '../lab/prepare-machine.ts';
import { produceLab } from '../lab/produce-lab.ts';
import { generatedTemplate, labSpec, type ReadLab, requireLab } from '../lab/read-lab.ts';
import { startLab } from '../lab/run-lab.ts';
import { connectionTo, requireNodes } from '../lab/session.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';
import type { Words } from '../words.ts';

export const startVerb: Verb = {
  name: 'start',
  summary: 'start nodes; all of them where none is named',
  help: `Runs the scripts that generate wrote. Nodes that run already are left alone; lost ones are launched again.
It ends once their launch is through, with --wait once they are ready.
With --template the scripts are generated anew first.

Examples:
  weft generate && weft start
  weft start server client1
  weft start --wait --timeout 120`,
  positional: [{ syntax: '[nodes...]', meaning: 'the nodes to start', completes: 'node' }],
  options: [
    { flags: '-w, --wait', meaning: 'wait until every started node is ready' },
    {
      flags: '--timeout <seconds>',
      meaning: 'a node that is not ready by then counts as failed (default: 300)',
      env: 'WEFT_TIMEOUT',
    },
  ],
  shares: ['template', 'yes'],
  async run(context, words, voice) {
    const place = await findPlace(context, words);
    return await startNodes(context, voice, place, words);
  },
};

/** Starts the named nodes of a lab whose scripts are there, as `start` and `restart` do. */
export async function startNodes(context: Context, voice: Voice, place: Place, words: Words): Promise<number> {
  const nodes = words.positional;
  const template = words.text('template');
  const lab =
    template === undefined
      ? await generatedLab(context, voice, place)
      : await produceLab(context, voice, place, template, 'none');
  const spec = labSpec(lab);
  const described = spec.topology.nodes.filter(isGenerated).map(({ name }) => name);
  const names = new Set([...described, ...(await heldNodes(context, place))]);
  requireNodes(nodes, spec.name, [...names]);
  await prepareMachine(context, voice, spec.topology.nodes.filter(isGenerated), words.flag('yes'));
  const wish = { nodes, wait: words.flag('wait'), timeout: words.number('timeout', 300), block: false };
  const outcome = await startLab(context, voice, place, spec, wish);
  return outcome.failures.length === 0 ? EXIT.ok : EXIT.failed;
}

/** Nodes of a lab that runs, those that commands have added included; none where it does not run. */
async function heldNodes(context: Context, place: Place): Promise<readonly string[]> {
  const connection = place.known?.alive === true ? await connectionTo(context, place) : undefined;
  const { nodes } = connection === undefined ? { nodes: [] } : await connection.call('status', { ports: false });
  return nodes.map(({ name }) => name);
}

async function generatedLab(context: Context, voice: Voice, place: Place): Promise<ReadLab & { readonly topology: Topology }> {
  const lab = await requireLab(context, voice, place, undefined, 'none');
  const missing: string[] = [];
  for (const { name } of lab.topology.nodes.filter(isGenerated))
    if (!(await context.files.exists(`${place.directory}/${name}`))) missing.push(name);
  if (missing.length > 0) {
    const what =
      missing.length === 1 ? `there is no script for ${missing[0]}` : `there are no scripts for ${missing.length} nodes`;
    throw new Refusal(EXIT.failed, `${what} in ${place.directory}`, `run ${context.invokedAs} generate first`);
  }
  const written = await context.files.modified(`${place.directory}/topology.dot`);
  const edited = place.input === undefined ? undefined : await context.files.modified(place.input);
  if (written !== undefined && edited !== undefined && edited > written) {
    voice.warn(`${place.shownInput} is newer than topology.dot`, `${context.invokedAs} generate brings the scripts up to date`);
  }
  const used = await generatedTemplate(context, place, lab.topology);
  return used === undefined ? lab : await requireLab(context, voice, place, used, 'none');
}
