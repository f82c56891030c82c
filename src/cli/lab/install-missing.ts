import { Refusal } from '../complaints.ts';
import { shellLine } from '../console/shell-quote.ts';
import type { Context } from '../context.ts';
import { installCommand, type PackageManager, readDistribution } from '../doctor/distribution.ts';
import { missingRequirements } from '../doctor/examine.ts';
import type { Requirement } from '../doctor/requirements.ts';
import { EXIT } from '../exit-codes.ts';
import type { Voice } from '../voice.ts';

/** Makes sure that the machine has what is required: installs it with `consent` as root, else refuses with the exact command. */
export async function installMissing(
  context: Context,
  voice: Voice,
  required: readonly Requirement[],
  consent: boolean,
): Promise<void> {
  const missing = await missingRequirements(context, required);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name).join(', ');
  const { manager, name } = readDistribution(await context.files.readTextIfThere('/etc/os-release'));
  const command = installCommand(manager, manager === undefined ? [] : missing.flatMap(({ packages }) => packages[manager]));
  if (command === undefined || manager === undefined) {
    throw new Refusal(EXIT.failed, `this machine lacks ${names}`, `install it with the package manager of ${name}`);
  }
  if (!consent || !context.isRoot) {
    const hint = `install it: ${context.isRoot ? '' : 'sudo '}${shellLine(command)}`;
    throw new Refusal(
      EXIT.failed,
      `this machine lacks ${names}`,
      context.isRoot ? `${hint}\nor let weft do it: weft up --yes` : hint,
    );
  }
  voice.info(`Installing ${names}`);
  await installPackages(context, manager, command);
}

/** Runs the package manager on the user's terminal, its output on standard error. Refuses with a Refusal when it fails. */
export async function installPackages(context: Context, manager: PackageManager, command: readonly string[]): Promise<void> {
  const environment = { DEBIAN_FRONTEND: 'noninteractive' };
  const run = (words: readonly string[]) =>
    context.terminal.runForeground(['sh', '-c', 'exec "$@" </dev/null >&2', 'sh', ...words], { environment });
  if (manager === 'apt') await run(['apt-get', 'update', '--quiet']);
  const code = await run(command);
  if (code !== 0)
    throw new Refusal(
      EXIT.failed,
      `${command[0] ?? ''} failed with exit code ${code}`,
      `run it by hand to see why: ${shellLine(command)}`,
    );
}
