import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { DOCUMENTED, FIREWALL, LISTING, NODES, POWER, SETTINGS, TOOL_LAB } from '../support/tool-commands.ts';
import { type Ended, endsOf, expectedOf, type Outcome, type Step, scriptOf } from '../support/tool-script.ts';

const genuine = process.env['WEFT_QUBES_TOOLS'] ?? (existsSync('/usr/bin/qvm-ls') ? '/usr/bin' : undefined);
if (genuine === undefined) {
  process.stdout.write('skipped: the genuine tools of Qubes: not installed, and WEFT_QUBES_TOOLS does not name their folder\n');
}

const script: readonly (readonly [string, readonly Step[]])[] = [
  ['lists and checks qubes', LISTING],
  ['shows and changes settings', SETTINGS],
  ['does what the documentation of the add-on and of Qubes types', DOCUMENTED],
  ['changes the firewall', FIREWALL],
  ['starts, stops and pauses', POWER],
  ['creates, clones and removes', NODES],
];

const missing = noQemu ?? holderLacks('root');
if (missing !== undefined) process.stdout.write(`skipped: Qubes' tools: ${missing}\n`);

describe.skipIf(missing !== undefined)("Qubes' tools", () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture('root');
    directory = weft.write({ 'tools/topology.dot.in': TOOL_LAB });
    await weft.ok(directory, 'up');
  });
  afterAll(() => weft?.end());

  const inShell = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    weft.run(['weft', 'qubes-shell', ...words], { directory, deadline: 200, environment: { ...environment } });

  it('are at least seventy commands', () => {
    expect(script.reduce((count, [, steps]) => count + steps.length, 0)).toBeGreaterThanOrEqual(70);
  });

  describe.each([
    ["weft's own", ['--own'], {}],
    ['the genuine ones', [], { WEFT_QUBES_TOOLS: genuine ?? '', PYTHONDONTWRITEBYTECODE: '1' }],
  ] as const)('%s', (kind, words, environment) => {
    const isGenuine = kind === 'the genuine ones';
    const isSkipped = isGenuine && genuine === undefined;
    /** Those of Qubes 4.2 cannot tell their version. */
    let isOlder = false;

    beforeAll(async () => {
      if (isSkipped) return;
      await weft.ok(directory, 'apply', '--discard');
      await weft.ok(directory, 'start');
      isOlder = isGenuine && (await inShell([...words, '--', 'qvm-ls', '--version'], environment)).code !== 0;
    });

    it.skipIf(isSkipped).each(script)('%s', async (_, steps) => {
      const typed = steps.filter(({ older }) => !(isOlder && older === 'unknown'));
      const { stdout, stderr } = await inShell([...words, '--', 'sh', '-c', scriptOf(typed)], environment);
      const ends = endsOf(stdout, stderr);
      expect(ends.length, stdout + stderr).toBe(typed.length);
      const wrong = typed.flatMap((step, at) => {
        const ended = ends[at];
        const expected = expectedOf(step, isOlder);
        return ended !== undefined && isAsExpected(ended, expected) ? [] : [{ line: step.line, expected, ended }];
      });
      expect(wrong).toEqual([]);
    });
  });
});

/** Does what the genuine tools do to find a daemon. */
const STAND_IN = '#!/bin/sh\ntest -e /etc/qubes-release && exec weft qvm-ls --socket /var/run/qubesd.sock "$@"\n';

describe.each<Holder>(['root', 'user'])("a shell for Qubes' tools, as %s", (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: a shell for Qubes' tools as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({ 'lab/topology.dot.in': 'graph seed { qn_template="namespace"; B; F; G; }\n' });
      weft.write({ 'genuine/qvm-ls': STAND_IN }, 0o755);
      await weft.ok(directory, 'up');
    });
    afterAll(() => weft?.end());

    const shell = (words: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
      weft.run(['weft', 'qubes-shell', ...words], { directory, environment: { LC_ALL: 'C', ...environment } });

    it('lets commands be typed that name the lab no more', async () => {
      const typed =
        'cd / && qvm-features B attach-network-to F && qvm-features B attach-network-to && command -v qvm-ls && exit 7';
      const { code, stdout, stderr } = await shell(['--own', '--', 'sh', '-c', typed]);
      expect({ code, stdout, stderr }).toEqual({
        code: 7,
        stdout: expect.stringMatching(/^F\n\/.*\/qubes-tools\/qvm-ls\n$/),
        stderr: '',
      });
      expect(await weft.ok(directory, 'exec', 'B', '--', 'ip', '-br', 'link', 'show', 'F')).toMatch(/^F/);
      const other = await shell(['--own', '--lab', 'other', '--', 'true']);
      expect({ code: other.code, stderr: other.stderr }).toEqual({
        code: 4,
        stderr: expect.stringContaining('lab other does not run'),
      });
    });

    it('looks like dom0 inside, and not outside', async () => {
      const before = existsSync('/etc/qubes-release');
      const environment = { WEFT_QUBES_TOOLS: join(weft.folder, 'genuine') };
      const typed = 'id -u; qvm-ls --raw-list; ls /etc /var/run/; cat /etc/passwd';
      const { code, stdout, stderr } = await shell(['--', 'sh', '-c', typed], environment);
      const listed = (folder: string, entry: string) =>
        [...new Set([...readdirSync(folder), entry])].filter((name) => !name.startsWith('.')).sort();
      const entries = ['/etc:', ...listed('/etc', 'qubes-release'), '', '/var/run/:', ...listed('/run', 'qubesd.sock')];
      const seen = [weft.uid, 'B', 'F', 'G', 'dom0', 'namespace', ...entries, readFileSync('/etc/passwd', 'utf8')];
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: seen.join('\n'), stderr: '' });
      expect(existsSync('/etc/qubes-release')).toBe(before);
      if (holder === 'user') {
        const down = await shell(['--', 'weft', 'down'], environment);
        expect({ code: down.code, stderr: down.stderr }).toEqual({
          code: 1,
          stderr: expect.stringContaining('outside of weft qubes-shell'),
        });
        await weft.ok(directory, 'exec', 'B', '--', 'true');
      }
      const unknown = await shell(['--', 'true'], { WEFT_QUBES_TOOLS: weft.folder });
      expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({
        code: 1,
        stderr: expect.stringContaining('there is no qvm-ls in'),
      });
    });

    it('has a shim for machines that are not dom0', async () => {
      const call = (words: readonly string[], input = '') =>
        weft.run(['weft', 'qrexec-client-vm', ...words], { directory, input });
      expect(await call(['dom0', 'admin.vm.feature.Get+nothing'])).toEqual({
        code: 0,
        stdout: expect.stringMatching(/^2\0QubesFeatureNotFoundError\0\0.*\0$/s),
        stderr: '',
      });
      expect(await call(['G', 'admin.vm.feature.Set+some'], 'a thing')).toEqual({ code: 0, stdout: '0\0', stderr: '' });
      expect(await call(['@adminvm', 'admin.vm.List'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^0\0dom0 class=AdminVM /),
      });
      expect((await weft.ok(directory, 'qvm-features', 'G')).trim()).toBe('some  a thing');
      const nowhere = await weft.run(['weft', '-n', 'other', 'qrexec-client-vm', 'dom0', 'admin.vm.List']);
      expect(nowhere).toEqual({ code: 4, stdout: '', stderr: expect.stringContaining('there is no lab named other') });
    });
  });
});

function isAsExpected(ended: Ended, { out, err, code }: Outcome): boolean {
  const isOut = out === undefined || (typeof out === 'string' ? ended.out === out : out.test(ended.out));
  return isOut && ended.code === code && (err === undefined || err.test(ended.err));
}
