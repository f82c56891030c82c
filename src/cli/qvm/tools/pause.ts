import { EXIT } from '../../exit-codes.ts';
import { eachQube } from '../each-qube.ts';
import { CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const pauseTool: Tool = {
  name: 'qvm-pause',
  summary: 'pause qubes',
  help: `Example:
  qvm-pause work`,
  positional: [SEVERAL_QUBES],
  options: [...CHOICE_OPTIONS, { flags: '-S, --suspend', meaning: 'suspend them (S3) instead' }],
  async run({ client, complain }, words) {
    const [method, action] = words.flag('suspend') ? ['admin.vm.Suspend', 'suspend'] : ['admin.vm.Pause', 'pause'];
    const failures = await eachQube(await chosenQubes(client, words), ({ name }) => client.call(method, name));
    for (const { qube, error } of failures) complain(`Failed to ${action}: ${qube.name}: ${error.message}`);
    return failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
