import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { noQemu } from '../support/lab-holder.ts';
import { seedHostNet, seedTutorial } from '../support/lab-seed-topologies.ts';

const firmware = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd', '/usr/share/ovmf/OVMF.fd'];
const noFirmware = firmware.some(isThere) ? undefined : 'there is no UEFI firmware (apt install ovmf)';
const notRoot = process.getuid?.() === 0 ? undefined : 'the tests do not run as root';
const skip = (what: string, ...reasons: readonly (string | undefined)[]) => {
  const reason = reasons.find((text) => text !== undefined);
  if (reason !== undefined) process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return reason !== undefined;
};

describe('qeneth, typed as its documentation says', () => {
  let weft: LabFixture;
  let directory: string;

  const qeneth = (...words: readonly string[]) => weft.run(['qeneth', ...words], { directory, deadline: 240 });
  const onMachine = (...argv: string[]) => runCommand(argv, { environment: { PATH: process.env['PATH'] ?? '' } });
  const onDisk = async (...words: string[]) => {
    const { code, stdout, stderr } = await weft.run(['qemu-img', ...words], { directory });
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const status = async () => (await qeneth('status')).stdout.trimEnd().replace(/ +/g, ' ').replace(/ \d+/g, ' PID').split('\n');

  /** Types lines at a console until each is answered as it should be, and leaves by the prompt of Ctrl-]. */
  const useConsole = async (node: string, ...lines: readonly (readonly [string, RegExp])[]) => {
    const terminal = weft.terminal(directory, `qeneth console ${node}`);
    await terminal.shows(/Ctrl-\]|Escape character|Connected/);
    for (const [line, answer] of lines) await terminal.ask(line, answer);
    const from = terminal.text.length;
    terminal.type('\x1d');
    await terminal.shows(/> $/, from);
    terminal.type('q\r');
    expect(await terminal.ended()).toBe(0);
    return terminal.text;
  };

  /** The login, also where somebody is logged in already. */
  const login = ['root', /root@\w+:.*# /] as const;

  beforeEach(async () => {
    weft = await labFixture();
  });

  afterEach(() => weft.end());

  it('generates the files, and names the page of the image that is missing', async () => {
    directory = weft.write({ 'tutorial/topology.dot.in': seedTutorial });
    const { code, stderr } = await qeneth('generate');
    expect(code).toBe(0);
    const said = stderr.split('\n').filter((line) => line.startsWith('Info:'));
    expect(said).toEqual(['Info: Generating topology', 'Info: Generating node YAML', 'Info: Generating executables']);
    expect((await weft.run(['ls'], { directory })).stdout.split('\n')).toEqual([
      'client1',
      'client1.yaml',
      'client2',
      'client2.yaml',
      'server',
      'server.yaml',
      'topology.dot',
      'topology.dot.in',
      '',
    ]);
    const failed = await qeneth('start');
    expect(failed.code).toBe(1);
    for (const node of ['server', 'client1', 'client2']) {
      expect(failed.stderr).toMatch(
        new RegExp(`${node}: there is no infix-x86_64.img here; .*https://github.com/kernelkit/infix/releases`),
      );
    }
    expect(await status()).toEqual(['NODE PID CNSOL MONTR', 'server lost', 'client1 lost', 'client2 lost']);
  });

  it.skipIf(skip('the tutorial with the small guest', noQemu))(
    'starts, shows, attaches to and stops the small guest',
    async () => {
      directory = weft.write({ 'tutorial/topology.dot.in': seedTutorial });
      expect((await qeneth('generate', '--template', 'small')).code).toBe(0);
      const { code, stderr } = await qeneth('start');
      expect({ code, stderr }).toEqual({
        code: 0,
        stderr: 'Info: Launching server\nInfo: Launching client1\nInfo: Launching client2\n',
      });
      expect(await status()).toEqual(['NODE PID CNSOL MONTR', 'server PID', 'client1 PID', 'client2 PID']);
      const seen = await useConsole('server', ['ip -br link', /eth0 +UP +00:07:7c:12:34:56[\s\S]*eth1 +UP +00:07:7c:00:03:02/]);
      expect(seen).toMatch(/server/);
      const again = await qeneth('start');
      expect({ code: again.code, stderr: again.stderr.replace(/\S+ is already/g, 'NODE is already') }).toEqual({
        code: 0,
        stderr: 'Info: NODE is already running\n'.repeat(3),
      });
      const stopped = await qeneth('stop');
      expect({ code: stopped.code, stderr: stopped.stderr }).toEqual({
        code: 0,
        stderr: 'Info: Stopping server\nInfo: Stopping client1\nInfo: Stopping client2\n',
      });
      expect(await status()).toEqual(['NODE PID CNSOL MONTR', 'server stopped', 'client1 stopped', 'client2 stopped']);
      expect((await qeneth('console', 'server')).code).toBe(4);
    },
  );

  it.skipIf(skip('the tutorial with the infix template', noQemu, noFirmware))(
    'boots the infix template from a disk, and keeps its disk when it is started again',
    async () => {
      directory = weft.write({ 'tutorial/topology.dot.in': seedTutorial });
      await weft.ok(directory, 'image', 'build', '--disk', 'infix-x86_64.img');
      expect((await qeneth('generate')).code).toBe(0);
      expect((await qeneth('start', 'server', 'client1')).code).toBe(0);
      expect(await status()).toEqual(['NODE PID CNSOL MONTR', 'server PID', 'client1 PID', 'client2 stopped']);
      await useConsole(
        'server',
        login,
        ['ip -br link', /eth0 +\S+ +00:07:7c:12:34:56/],
        ['ip address add 10.0.0.1/24 dev eth0 && echo se""t', /\nset/],
      );
      await useConsole(
        'client1',
        login,
        ['ip -br link', /eth0 +\S+ +08:00:20:c0:ff:ee/],
        ['ip address add 10.0.0.2/24 dev eth0 && echo se""t', /\nset/],
        ['ping -c 1 -W 2 10.0.0.1', / 0% packet loss/],
      );
      expect((await qeneth('stop')).code).toBe(0);
      const overlay = statSync(`${directory}/server.qcow2`).ino;
      await onDisk('snapshot', '-c', 'kept', 'server.qcow2');
      expect((await qeneth('start', 'server')).code).toBe(0);
      expect((await qeneth('restart', 'server')).code).toBe(0);
      await useConsole('server', login);
      expect((await qeneth('stop')).code).toBe(0);
      expect(statSync(`${directory}/server.qcow2`).ino).toBe(overlay);
      expect(await onDisk('snapshot', '-l', 'server.qcow2')).toContain(' kept ');
    },
  );

  describe.each(['small', 'infix-x86_64'])('with a port on the host and the template %s', (template) => {
    const missing = template === 'small' ? [noQemu, notRoot] : [noQemu, notRoot, noFirmware];

    it.skipIf(skip(`host-net with ${template}`, ...missing))(
      'shows the TAP, and the host and the guest reach each other',
      async () => {
        directory = weft.write({ 'host-net/topology.dot.in': seedHostNet });
        const taken = (await onMachine('ip', 'link', 'show', 'dev', 'tap-infix')).code === 0;
        if (taken)
          await eventually(
            async () => (await onMachine('ip', 'link', 'show', 'dev', 'tap-infix')).code !== 0,
            'tap-infix to be free',
            120,
          );
        if (template !== 'small') await weft.ok(directory, 'image', 'build', '--disk', 'infix-x86_64.img');
        expect((await qeneth('generate', '--template', template)).code).toBe(0);
        expect((await qeneth('start')).code).toBe(0);
        expect((await onMachine('ip', '-br', 'link')).stdout).toMatch(/^tap-infix +/m);
        expect((await onMachine('ip', 'addr', 'add', '10.10.10.1/24', 'dev', 'tap-infix')).code).toBe(0);
        await useConsole(
          'infix',
          ...(template === 'small' ? [] : [login]),
          ['ip addr add 10.10.10.2/24 dev eth0; ip -br addr show dev eth0', /eth0 +UP +10\.10\.10\.2\/24/],
          ['ping -c 3 10.10.10.1', /3 (packets )?received, 0% packet loss/],
        );
        expect((await onMachine('ping', '-c', '1', '-W', '5', '10.10.10.2')).code).toBe(0);
        expect((await qeneth('stop')).code).toBe(0);
        await weft.ok(directory, 'down');
        expect((await onMachine('ip', '-br', 'link')).stdout).not.toContain('tap-infix');
        await weft.nothingLeft();
      },
    );
  });

  it('names the page of the classic image where that is missing', async () => {
    directory = weft.write({ 'host-net/topology.dot.in': seedHostNet });
    expect((await qeneth('generate')).code).toBe(0);
    const { code, stderr } = await qeneth('start');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/there is no infix-x86_64-classic.img here; .*https:/),
    });
  });
});

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
