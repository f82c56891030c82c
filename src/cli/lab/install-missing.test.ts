import { describe, expect, it } from 'vitest';
import { systemCommands } from '../../host/commands.ts';
import { systemFiles } from '../../host/files.ts';
import type { Context } from '../context.ts';
import { REQUIREMENTS } from '../doctor/requirements.ts';
import { Voice } from '../voice.ts';
import { installMissing } from './install-missing.ts';

const sink = { isTty: false, columns: 80, rows: 24, write: () => undefined };

function machine(isRoot: boolean, osRelease: string): { context: Context; ran: string[]; voice: Voice } {
  const ran: string[] = [];
  const terminal = {
    stdin: { isTty: false, open: () => () => undefined },
    stdout: sink,
    stderr: sink,
    onInterrupt: () => () => undefined,
    exit: () => undefined,
    runForeground: (argv: readonly string[]) => {
      ran.push(argv.slice(4).join(' '));
      return Promise.resolve(0);
    },
  };
  const files = { ...systemFiles, readTextIfThere: () => Promise.resolve(osRelease) };
  const commands = {
    ...systemCommands,
    find: (program: string) => Promise.resolve(program.startsWith('qemu') ? undefined : `/usr/bin/${program}`),
  };
  const context = { isRoot, files, commands, terminal } as unknown as Context;
  return { context, ran, voice: new Voice(terminal, { quiet: false, coloured: false }) };
}

describe('installMissing', () => {
  const needed = REQUIREMENTS.filter(({ need }) => need !== 'some');

  it('installs with consent, as root', async () => {
    const { context, ran, voice } = machine(true, 'ID=debian');
    await installMissing(context, voice, needed, true);
    expect(ran).toEqual(['apt-get update --quiet', 'apt-get install --yes --no-install-recommends qemu-system-x86']);
  });

  it.each([
    [false, true, 'ID=debian', 'install it: sudo apt-get install --yes --no-install-recommends qemu-system-x86'],
    [true, false, 'ID=fedora', 'install it: dnf install -y qemu-system-x86-core\nor let weft do it: weft up --yes'],
    [true, true, 'ID=nixos\nNAME=NixOS', 'install it with the package manager of NixOS'],
  ])('refuses with the exact command: root %s, consent %s, %s', async (isRoot, consent, osRelease, hint) => {
    const { context, ran, voice } = machine(isRoot, osRelease);
    await expect(installMissing(context, voice, needed, consent)).rejects.toMatchObject({
      message: 'this machine lacks QEMU',
      hint,
      exitCode: 1,
    });
    expect(ran).toEqual([]);
  });
});
