import type { LabConnection } from '../../api/labs.ts';
import { changesBetween, isUnchanged } from '../../model/topology-changes.ts';
import { EXIT } from '../exit-codes.ts';
import { findPlace } from '../lab/place.ts';
import { removeLab, stopNodes } from '../lab/run-lab.ts';
import { connectionTo, requireNodes } from '../lab/session.ts';
import type { Verb } from '../verb.ts';

export const stopVerb: Verb = {
  name: 'stop',
  summary: 'stop nodes; all of them where none is named',
  help: `Overlay disks, logs and generated files stay. A node that is the netvm of another which runs is stopped only with --force. When no
node is left running, the lab is removed as down does it.

Examples:
  weft stop
  weft stop client1`,
  positional: [{ syntax: '[nodes...]', meaning: 'the nodes to stop', completes: 'node' }],
  options: [{ flags: '--force', meaning: 'also nodes that are the netvm of others which go on' }],
  async run(context, words, voice) {
    const place = await findPlace(context, words);
    const connection = await connectionTo(context, place);
    if (connection === undefined) {
      if (place.known !== undefined) await removeLab(context, voice, place.known.name, false);
      else voice.info('nothing runs here');
      return EXIT.ok;
    }
    if (words.positional.length === 0) return (await removeLab(context, voice, connection.name, false)) ? EXIT.ok : EXIT.failed;
    const status = await connection.call('status', { ports: false });
    requireNodes(
      words.positional,
      connection.name,
      status.nodes.map(({ name }) => name),
    );
    const outcome = await stopNodes(context, voice, connection, words.positional, false, words.flag('force'));
    if (outcome.status.nodes.every(({ state }) => state === 'stopped')) {
      if (await isAsItsFile(connection)) await removeLab(context, voice, connection.name, false);
      else voice.info(`lab ${connection.name} stays, with what commands have changed of it; weft down removes it`);
    }
    return outcome.failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};

async function isAsItsFile(connection: LabConnection): Promise<boolean> {
  const { spec, topology } = await connection.call('desired', {});
  return isUnchanged(changesBetween(spec.topology, topology));
}
