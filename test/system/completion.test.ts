import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemCommands } from '../../src/host/commands.ts';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { seedTutorial } from '../support/lab-seed-topologies.ts';

/** Each as a user starts it, but for files of the user's own and those that it leaves itself; and what says that it is ready. */
const shells = [
  ['bash', 'bash --norc -i', 'bind "set bell-style none"; source <(weft completion bash); echo is $((40 + 2))'],
  ['zsh', 'zsh -f -i', 'autoload -Uz compinit; compinit -u -D; source <(weft completion zsh); echo is $((40 + 2))'],
  ['fish', 'env XDG_RUNTIME_DIR="$HOME" fish --no-config -i', 'weft completion fish | source; echo is (math 40 + 2)'],
] as const;

for (const [shell, command, setUp] of shells) {
  const missing = (await systemCommands.find(shell)) === undefined;
  if (missing) process.stdout.write(`skipped: completion in ${shell}: ${shell} is missing\n`);

  describe.skipIf(missing)(`completion in ${shell}`, () => {
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture();
      directory = weft.write({ 'tutorial/topology.dot.in': seedTutorial });
    });
    afterAll(() => weft?.end());

    it.each([
      ['weft conf', /weft conformance /],
      ['weft console ', /client1[\s\S]*client2[\s\S]*server/],
      ['weft capture server:', shell === 'bash' ? /eth0 +eth1/ : /server:eth0[\s\S]*server:eth1/],
      ['weft link client1 e', /weft link client1 eth0 /],
      ['weft check topo', /weft check topology\.dot\.in/],
      ['qvm-start ser', /qvm-start server/],
    ])('%s', async (typed, shown) => {
      const terminal = weft.terminal(directory, command);
      await terminal.ask(setUp, /is 42/);
      const from = terminal.text.length;
      terminal.type(typed);
      // The first tab may only complete what all candidates have in common.
      const text = await eventually(async () => {
        terminal.type('\t');
        return await terminal.shows(shown, from, 3);
      }, `${shown}`).catch(() => terminal.text);
      terminal.close();
      expect(text).toMatch(shown);
    });
  });
}
