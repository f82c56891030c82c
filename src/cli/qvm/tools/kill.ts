import { eachQube, NOT_STARTED } from '../each-qube.ts';
import { CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const killTool: Tool = {
  name: 'qvm-kill',
  summary: 'stop qubes at once, without asking them',
  help: `A qube that does not run is fine. Ends with the number of those that could not be stopped.

Example:
  qvm-kill work`,
  positional: [SEVERAL_QUBES],
  options: CHOICE_OPTIONS,
  async run({ client, complain }, words) {
    const failures = await eachQube(
      await chosenQubes(client, words),
      ({ name }) => client.call('admin.vm.Kill', name),
      NOT_STARTED,
    );
    for (const { qube, error } of failures) complain(`Failed to kill: ${qube.name}: ${error.message}`);
    return failures.length;
  },
};
