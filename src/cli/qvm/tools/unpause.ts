import { EXIT } from '../../exit-codes.ts';
import { eachQube } from '../each-qube.ts';
import { CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const unpauseTool: Tool = {
  name: 'qvm-unpause',
  summary: 'let paused or suspended qubes go on',
  help: `With --all, qubes with the feature internal stay as they are.

Example:
  qvm-unpause work`,
  positional: [SEVERAL_QUBES],
  options: CHOICE_OPTIONS,
  async run({ client, complain }, words) {
    const all = words.flag('all');
    const failures = await eachQube(await chosenQubes(client, words), async ({ name }) => {
      if (all && (await client.feature(name, 'internal'))) return;
      const { powerState } = await client.currentState(name);
      await client.call(powerState === 'Suspended' ? 'admin.vm.Resume' : 'admin.vm.Unpause', name);
    });
    for (const { qube, error } of failures) complain(`Failed to unpause/resume: ${qube.name}: ${error.message}`);
    return failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
