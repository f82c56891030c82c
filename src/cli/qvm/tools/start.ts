import { QubesError } from '../../../api/qubes/qubes-error.ts';
import { UsageError } from '../../complaints.ts';
import { EXIT } from '../../exit-codes.ts';
import { eachQube } from '../each-qube.ts';
import { CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

export const startTool: Tool = {
  name: 'qvm-start',
  summary: 'start qubes',
  help: `What a qube has its network from is started first. Ends with 1 where one could not be started, or runs already.

Examples:
  qvm-start work
  qvm-start --skip-if-running work personal`,
  positional: [SEVERAL_QUBES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: '--skip-if-running', meaning: 'a qube that runs already is fine' },
    { flags: '--drive <drive>', meaning: 'only of a genuine Qubes: use its own tool' },
    { flags: '--hddisk <image>', meaning: 'the same' },
    { flags: '--cdrom <image>', meaning: 'the same' },
  ],
  async run({ client, complain }, words) {
    const drive = ['drive', 'hddisk', 'cdrom'].find((option) => words.text(option) !== undefined);
    if (drive !== undefined) throw new UsageError(`argument --${drive}: disks are attached with the genuine tool`);
    const qubes = await chosenQubes(client, words);
    const failures = await eachQube(qubes, async ({ name }) => {
      const { powerState } = await client.currentState(name);
      if (powerState === 'Halted' || powerState === 'NA') await client.call('admin.vm.Start', name);
      else if (!words.flag('skipIfRunning')) throw new QubesError('QubesVMAlreadyStartedError', 'Domain is already running');
    });
    for (const { qube, error } of failures) complain(`Starting qube failed: ${qube.name}: ${error.message}`);
    return failures.length === 0 ? EXIT.ok : EXIT.failed;
  },
};
