import { describe, expect, it } from 'vitest';
import { systemCommands } from '../../host/commands.ts';
import { systemFiles } from '../../host/files.ts';
import { makePaint } from '../paint.ts';
import { installCommand, readDistribution } from './distribution.ts';
import { examinationTable } from './examination-table.ts';
import { examine } from './examine.ts';
import { REQUIREMENTS } from './requirements.ts';

describe('readDistribution', () => {
  it.each([
    ['ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', 'apt', 'Debian GNU/Linux 12 (bookworm)'],
    ["ID=pop\nID_LIKE='ubuntu debian'\nNAME=Pop", 'apt', 'Pop'],
    ['ID=fedora\nNAME="Fedora Linux"', 'dnf', 'Fedora Linux'],
    ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\nNAME=x', 'zypper', 'x'],
    ['ID=nixos\nNAME=NixOS', undefined, 'NixOS'],
    [undefined, undefined, 'an unknown distribution'],
  ])('%j', (text, manager, name) => {
    expect(readDistribution(text)).toEqual({ name, manager });
  });
});

describe('installCommand', () => {
  it('is what a person would type', () => {
    expect(installCommand('apt', ['qemu-system-x86'])?.join(' ')).toBe(
      'apt-get install --yes --no-install-recommends qemu-system-x86',
    );
    expect(installCommand('apk', [])).toBeUndefined();
    expect(installCommand(undefined, ['x'])).toBeUndefined();
  });
});

describe('examine', () => {
  const bare = {
    ...systemCommands,
    find: async (program: string) => (program.startsWith('qemu') ? undefined : await systemCommands.find(program)),
  };

  it('says what is missing here, and the command for it', async () => {
    const files = {
      ...systemFiles,
      readTextIfThere: async (path: string) =>
        path === '/etc/os-release' ? 'ID=debian\nNAME=Debian' : await systemFiles.readTextIfThere(path),
    };
    const examination = await examine({ files, commands: bare }, { nodeVersion: 'v24.0.0', isRoot: false, imageBuilt: false });
    expect(examination.packages).toEqual(expect.arrayContaining(['qemu-system-x86', 'qemu-utils']));
    const text = examinationTable(examination, makePaint(false), false).join('\n');
    expect(text).toMatch(/^QEMU +missing +not found +virtual machines$/m);
    expect(text).toMatch(/sudo apt-get install .*qemu-system-x86/);
    expect(text).toMatch(/weft image build/);
    expect(text).toMatch(/^netem +(ok +in the kernel|limited +not found) +delay, loss/m);
  });

  it('knows a package of every manager for every requirement', () => {
    for (const { packages } of REQUIREMENTS) for (const names of Object.values(packages)) expect(names.length).toBeGreaterThan(0);
  });
});
