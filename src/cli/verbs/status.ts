import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { readLab } from '../lab/read-lab.ts';
import { connectionTo } from '../lab/session.ts';
import { showDiagnostics } from '../lab/show-diagnostics.ts';
import { pathFrom } from '../paths.ts';
import { qenethStatusTable, statusTable } from '../status-table.ts';
import { textTable } from '../text-table.ts';
import type { Verb } from '../verb.ts';
import type { Voice } from '../voice.ts';

/** Up to here the table shows ports, too. */
const FEW = 64;

export const statusVerb: Verb = {
  name: 'status',
  summary: 'show the nodes of a lab and their states',
  help: `States: stopped, starting (launched, not ready yet), running, paused, lost (its process ended by itself).
CONSOLE and MONITOR are TCP ports on 127.0.0.1 where the topology asks for them; weft console and weft monitor need none.
PORTS is shown for labs of up to ${FEW} nodes; --ports and --json show them always.

Examples:
  weft status
  weft status --all              # the labs of this user
  weft -n tutorial status --json`,
  positional: [],
  options: [
    { flags: '-a, --all', meaning: 'list your labs instead' },
    { flags: '-p, --ports', meaning: 'show the ports, however many nodes there are' },
  ],
  shares: ['json'],
  async run(context, words, voice) {
    if (words.flag('all')) return await listLabs(context, voice, words.flag('json'));
    const place = await findPlace(context, words);
    if (place.known === undefined && place.input === undefined && words.text('directory') === undefined) {
      return await listLabs(context, voice, words.flag('json'));
    }
    const connection = await connectionTo(context, place);
    if (connection === undefined) {
      const lab = await readLab(context, place, undefined);
      if (lab.topology === undefined) {
        await showDiagnostics(voice, lab.source, lab.diagnostics, 'count');
        return EXIT.failed;
      }
      if (place.known?.torn !== undefined) {
        voice.warn(
          `the lab's document ${place.known.torn} cannot be read: it is torn, or was changed by hand`,
          'nothing of the lab runs; `weft up` starts it anew, `weft down` removes what is left of it',
        );
      }
      const { stoppedNodes } = await import('../lab/stopped-nodes.ts');
      const nodes = stoppedNodes(lab.topology);
      if (words.flag('json')) voice.printJson({ lab: lab.topology.name, directory: place.directory, running: false, nodes });
      else if (context.invokedAs === 'qeneth') voice.printAll(qenethStatusTable(nodes));
      else voice.printAll(statusTable(nodes, voice.outPaint));
      return EXIT.ok;
    }
    const wantsPorts = words.flag('json') || words.flag('ports');
    let status = await connection.call('status', { ports: wantsPorts });
    if (context.invokedAs === 'qeneth' && !words.flag('json')) {
      voice.printAll(qenethStatusTable(status.nodes));
      return EXIT.ok;
    }
    if (!wantsPorts && status.nodes.length <= FEW) status = await connection.call('status', { ports: true });
    if (words.flag('json')) voice.printJson({ ...status, running: true });
    else voice.printAll(statusTable(status.nodes, voice.outPaint));
    if (status.problem === undefined) return EXIT.ok;
    voice.error(status.problem.message, status.problem.hint);
    return EXIT.failed;
  },
};

async function listLabs(context: Context, voice: Voice, json: boolean): Promise<number> {
  const labs = await (await context.labs()).list();
  if (json) voice.printJson(labs);
  else if (labs.length === 0) voice.info('no lab runs; weft up starts the one of a directory');
  else {
    const rows = labs.map(({ name, alive, directory }) => [
      name,
      alive ? voice.outPaint.green('running') : voice.outPaint.red('left behind'),
      directory === '' ? '?' : pathFrom(context.directory, directory),
    ]);
    voice.printAll(textTable([{ title: 'LAB' }, { title: 'STATE' }, { title: 'DIRECTORY' }], rows));
  }
  return EXIT.ok;
}
