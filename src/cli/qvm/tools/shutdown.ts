import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import { EXIT } from '../../exit-codes.ts';
import { eachQube, type Failure, NOT_STARTED } from '../each-qube.ts';
import { CHOICE_OPTIONS, chosenQubes, SEVERAL_QUBES } from '../qubes.ts';
import type { Desk, Tool } from '../tool.ts';

const IN_USE = 'QubesVMInUseError';
const TIMED_OUT = 'QubesVMShutdownTimeoutError';

export const shutdownTool: Tool = {
  name: 'qvm-shutdown',
  summary: 'shut qubes down',
  help: `A qube that others have their network from is refused while they run; where they are shut down by the same command, it is tried again. One
that does not answer in time is killed. Ends with the number of those that still run.

Examples:
  qvm-shutdown work
  qvm-shutdown --wait work sys-firewall
  qvm-shutdown --force sys-net
  qvm-shutdown --all --wait`,
  positional: [SEVERAL_QUBES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: '--wait', meaning: 'wait until they are down' },
    { flags: '--force', meaning: 'even where others have their network from them' },
    { flags: '--timeout <seconds>', meaning: 'as --wait; how long that takes is for the daemon to say' },
    { flags: '--dry-run', meaning: 'do nothing' },
  ],
  async run(desk, words) {
    const qubes = await chosenQubes(desk.client, words);
    if (words.flag('dryRun')) return EXIT.ok;
    const details = {
      force: words.flag('force') || (words.flag('all') && words.list('exclude').length === 0),
      wait: words.flag('wait') || words.text('timeout') !== undefined,
    };
    const shutDown = (some: readonly ListedQube[]) =>
      eachQube(some, ({ name }) => desk.client.shutdown(name, details), NOT_STARTED);
    const failures = await withoutUsers(desk, await shutDown(qubes), shutDown);
    const late = qubesOf(failures, TIMED_OUT);
    const again = late.length === 0 ? failures : [...failures.filter(isNot(TIMED_OUT)), ...(await lastTry(desk, late, shutDown))];
    for (const { qube, error } of again) desk.complain(`Failed to shut down: ${qube.name}: ${error.message}`);
    return again.length;
  },
};

type ShutDown = (qubes: readonly ListedQube[]) => Promise<readonly Failure[]>;

/** Tries again those that were in use by others, as long as they become fewer. */
async function withoutUsers(desk: Desk, first: readonly Failure[], shutDown: ShutDown): Promise<readonly Failure[]> {
  let failures = first;
  for (let used = qubesOf(failures, IN_USE); used.length > 0; ) {
    desk.complain(`Retrying shutdown of qubes that were in use: ${used.map(({ name }) => name).join(', ')}`);
    const next = [...failures.filter(isNot(IN_USE)), ...(await shutDown(used))];
    const isBetter = next.length < failures.length;
    failures = next;
    used = isBetter ? qubesOf(failures, IN_USE) : [];
  }
  return failures;
}

async function lastTry(desk: Desk, late: readonly ListedQube[], shutDown: ShutDown): Promise<readonly Failure[]> {
  const names = (qubes: readonly ListedQube[]) => qubes.map(({ name }) => name).join(', ');
  desk.complain(`Retrying shutdown of qubes that timed out: ${names(late)}`);
  const failures = await shutDown(late);
  const stuck = qubesOf(failures, TIMED_OUT);
  if (stuck.length === 0) return failures;
  desk.complain(`Killing timed out qubes: ${names(stuck)}`);
  const killed = await eachQube(stuck, ({ name }) => desk.client.call('admin.vm.Kill', name), NOT_STARTED);
  return [...failures.filter(isNot(TIMED_OUT)), ...killed];
}

function qubesOf(failures: readonly Failure[], type: string): readonly ListedQube[] {
  return failures.flatMap(({ qube, error }) => (error.type === type ? [qube] : []));
}

function isNot(type: string): (failure: Failure) => boolean {
  return ({ error }) => error.type !== type;
}
