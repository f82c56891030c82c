import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { systemSnapshot } from '../support/lab-snapshot.ts';

/** As people write them for qeneth: UDP between the machines, consoles by telnet on ports that generate counts out. */
const template = `#!/bin/sh
exec qemu-system-x86_64 -M pc -cpu max -m 128 -display none -nodefaults -name {{name}} \\
  -kernel "$WEFT_SMALL/vmlinux" -initrd "$WEFT_SMALL/initrd" \\
  -append "console=ttyS0 no_timer_check tsc=reliable tsc_early_khz=$(awk '/^cpu MHz/ { printf "%d", $4 * 1000; exit }' /proc/cpuinfo) quiet {{qn_append}}" \\
  -fw_cfg name=opt/hostname,string={{name}} \\
  -serial telnet::{{qn_console}},server,nowait -monitor telnet::{{qn_monitor}},server,nowait \\
{{> inc/my-links}}
  -rtc base=utc
`;

const links = `{{#links}}
  -netdev socket,id={{qn_name}},udp=127.0.0.1:{{qn_dport}},localaddr=127.0.0.1:{{qn_sport}} \\
  -device virtio-net-pci,netdev={{qn_name}},mac={{qn_mac}},romfile= \\
{{/links}}
`;

const topology = `graph own {
  node [shape=record];
  qn_template="mine";
  left  [label="left | { <eth0> eth0 }"];
  right [label="right | { <eth0> eth0 }"];
  left:eth0 -- right:eth0 [qn_headmac="02:aa:bb:cc:dd:01"];
}`;

describe.each<Holder>(['root', 'user'])('a template that somebody wrote for qeneth, as %s', (holder) => {
  const missing = noQemu ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: own templates as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(guests)', () => {
    let weft: LabFixture;
    let directory: string;
    let before: ReadonlySet<string>;

    const qeneth = (...words: readonly string[]) =>
      weft.run(['qeneth', ...words], { directory, deadline: 120, environment: { QENETH_PATH: `.:${weft.folder}/templates` } });
    const onConsole = async (node: string, ...words: string[]) => await weft.ok(directory, 'console', node, '--', ...words);

    beforeAll(async () => {
      weft = await labFixture(holder);
      weft.write({ 'templates/inc/my-links.mustache': links });
      weft.write({ 'templates/mine.mustache': template });
      directory = weft.write({ 'own/topology.dot.in': topology });
      before = (await systemSnapshot()).listeners;
    });

    afterAll(() => weft.end());

    it('runs, and its console is reached', async () => {
      expect((await qeneth('generate')).code).toBe(0);
      const { code, stderr } = await qeneth('start');
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'Info: Launching left\nInfo: Launching right\n' });
      await eventually(async () => (await onConsole('left', 'hostname')) === 'left\n', 'the console of left');
      await eventually(async () => (await onConsole('right', 'hostname')) === 'right\n', 'the console of right');
      expect(await onConsole('right', 'cat', '/sys/class/net/eth0/address')).toBe('02:aa:bb:cc:dd:01\n');
    });

    it('carries frames by UDP that nobody outside the lab sees', async () => {
      await onConsole('left', 'sh', '-c', 'ip address add 10.0.0.1/24 dev eth0; ip link set dev eth0 up');
      await onConsole('right', 'sh', '-c', 'ip address add 10.0.0.2/24 dev eth0; ip link set dev eth0 up');
      await eventually(
        async () => (await weft.weft(directory, 'console', 'left', '--', 'ping', '-c', '1', '-W', '2', '10.0.0.2')).code === 0,
        'an answer of right',
      );
      const ports = [...(await systemSnapshot()).listeners].filter(
        (line) => !before.has(line) && /:(1000\d|1001\d|2000\d) /.test(line),
      );
      expect(ports).toEqual([]);
    });

    it('has a monitor, too, and says what it cannot do', async () => {
      const { stdout } = await weft.run(['weft', 'monitor', 'left'], { directory, input: 'info name\n', deadline: 30 });
      expect(stdout).toContain('left');
      const link = await weft.weft(directory, 'link', 'left', 'eth0', 'off');
      expect({ code: link.code, stderr: link.stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^ERROR: .*UDP/) });
      const exec = await weft.weft(directory, 'exec', 'left', 'true');
      expect({ code: exec.code, stderr: exec.stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^ERROR: left runs a template of your own/),
      });
    });

    it('stops', async () => {
      expect((await qeneth('stop')).stderr).toBe('Info: Stopping left\nInfo: Stopping right\n');
      await weft.ok(directory, 'down');
      await weft.nothingLeft();
    });
  });
});
