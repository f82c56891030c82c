import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runOnConsole } from '../../src/cli/console/run-on-console.ts';
import type { QemuNode } from '../../src/drivers/qemu/qemu-node.ts';
import { ConsoleHub } from '../../src/engine/console/console-hub.ts';
import { telnetClient } from '../../src/engine/console/telnet-stream.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemGrowingFiles } from '../../src/host/growing-files.ts';
import { systemStreams } from '../../src/host/streams.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { noGuest, type StartedQemu, startQemu } from '../support/small-guest.ts';
import { streamPair } from '../support/stream-pair.ts';

const noQemu = existsSync('/usr/bin/qemu-system-x86_64') ? undefined : 'no qemu-system-x86_64';
const skipped = noQemu ?? noGuest;
if (skipped !== undefined) process.stderr.write(`skipped: guests of the QEMU driver (${skipped})\n`);

async function ended(qemu: StartedQemu): Promise<void> {
  await qemu.process.exited;
}

describe.skipIf(noQemu !== undefined)('a QEMU without a guest', () => {
  it('answers, switches its link, is adopted, and quits', async () => {
    const qemu = await startQemu({ boot: false });
    const before = await qemu.attach();
    expect(await before.status()).toBe('prelaunch');
    expect(await before.resources()).toEqual({ memoryBytes: 128 * 1024 * 1024, vcpus: 1 });
    await before.qmp('set_link', { name: 'link0', up: false });
    await before.qmp('set_link', { name: 'link0', up: false });
    await before.qmp('set_link', { name: 'link0', up: true });
    await expect(before.qmp('set_link', { name: 'link7', up: true })).rejects.toMatchObject({ code: 'DeviceNotFound' });
    before.close();
    const adopted = await qemu.attach();
    expect(await adopted.status()).toBe('prelaunch');
    await adopted.quit();
    await ended(qemu);
    await expect(adopted.status(50)).rejects.toMatchObject({ name: 'HostError', code: 'exit' });
    await qemu.end();
  });

  it('tells of events and of refusals', async () => {
    const qemu = await startQemu({ boot: false });
    const node = await qemu.attach();
    const events: string[] = [];
    node.onEvent((event) => events.push(event.name));
    await expect(node.qmp('no-such-command')).rejects.toMatchObject({ code: 'CommandNotFound' });
    await node.qmp('cont');
    await expect.poll(() => events).toContain('RESUME');
    await qemu.end();
  });

  it('speaks telnet where a user’s own template does', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-telnet-'));
    const path = join(folder, 'monitor');
    const telnet = ['-chardev', `socket,id=own,path=${path},server=on,wait=off,telnet=on`, '-mon', 'chardev=own,mode=readline'];
    const qemu = await startQemu({ boot: false, more: telnet });
    await qemu.attach();
    const hub = new ConsoleHub({ connect: async () => telnetClient(await systemStreams.connectUnix(path)) }, systemClock);
    hub.connect();
    const [viewer, far] = await streamPair();
    hub.attach(far);
    const reader = new ConsoleReader(viewer);
    await reader.shows('(qemu) ');
    viewer.write(new TextEncoder().encode('info status\r'));
    expect(await reader.shows('prelaunch')).not.toContain('\ufffd');
    hub.close();
    await qemu.end();
    await rm(folder, { recursive: true });
  });

  it('says why when it cannot start', async () => {
    const qemu = await startQemu({ boot: false, more: ['-drive', 'file=/no/such/disk,if=virtio'] });
    await expect(qemu.attach()).rejects.toMatchObject({ code: 'exit', message: expect.stringContaining('/no/such/disk') });
    await qemu.end();
  });

  it('refuses commands where the template has no agent', async () => {
    const qemu = await startQemu({ boot: false });
    const node = await qemu.attach({ agent: false, ready: { kind: 'process' } });
    await node.ready(10_000);
    await expect(node.exec(['true'])).rejects.toMatchObject({ code: 'no-agent', hint: expect.stringContaining('console') });
    await qemu.end();
  });

  it('fails readiness at the deadline, with the reason', async () => {
    const qemu = await startQemu({ boot: false });
    const node = await qemu.attach({ ready: { kind: 'console', text: 'login:' } });
    await expect(node.ready(100)).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('"login:"') });
    const second = await qemu.attach({}, 1000).catch((failure: unknown) => failure);
    expect(second).toMatchObject({ code: 'timeout', hint: expect.stringContaining('one at a time') });
    await qemu.end();
  }, 60_000);
});

describe.skipIf(skipped !== undefined)('a small guest', () => {
  let qemu: StartedQemu;
  let node: QemuNode;
  let hub: ConsoleHub;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const sh = async (command: string) => text((await node.exec(['/bin/sh', '-c', command])).stdout).trim();

  beforeAll(async () => {
    qemu = await startQemu({ boot: true });
    const { console, consoleLog } = qemu.files;
    hub = new ConsoleHub(
      {
        connect: () => systemStreams.connectUnix(console),
        history: () => systemGrowingFiles.readFrom(consoleLog, -65_536, 65_536),
      },
      systemClock,
    );
    hub.connect();
    node = await qemu.attach();
    await node.ready(120_000);
  });
  afterAll(async () => {
    hub.close();
    node.close();
    await qemu.end();
  });

  it('runs commands through its agent', async () => {
    const result = await node.exec(['/bin/sh', '-c', 'cat; echo oops >&2; exit 4'], {
      input: new TextEncoder().encode('hello ü'),
    });
    expect([result.code, text(result.stdout), text(result.stderr)]).toEqual([4, 'hello ü', 'oops\n']);
    await expect(node.exec(['no-such-program'])).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(node.exec(['/bin/sh', '-c', 'sleep 100'], { deadline: 300 })).rejects.toMatchObject({ code: 'timeout' });
    expect(await sh('echo still here')).toBe('still here');
  });

  it('shows its interfaces and carries files', async () => {
    const agent = await node.agent();
    expect((await agent.interfaces()).find((one) => one.mac === '02:00:00:00:01:01')).toBeDefined();
    const content = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 7) % 256);
    await agent.writeFile('/tmp/file', content);
    expect(await agent.readFile('/tmp/file')).toEqual(content);
  });

  it('sees its cable unplugged and plugged in again', async () => {
    const name = await sh('grep -l 02:00:00:00:01:01 /sys/class/net/*/address | cut -d/ -f5');
    await sh(`ip link set ${name} up`);
    const carrier = () => sh(`cat /sys/class/net/${name}/carrier`);
    await expect.poll(carrier).toBe('1');
    await node.qmp('set_link', { name: 'link0', up: false });
    await expect.poll(carrier).toBe('0');
    await node.qmp('set_link', { name: 'link0', up: true });
    await expect.poll(carrier).toBe('1');
  });

  it('has one console for two viewers, and runs a command typed there', async () => {
    const [one, oneFar] = await streamPair();
    const [two, twoFar] = await streamPair();
    hub.attach(oneFar);
    hub.attach(twoFar);
    const reader = new ConsoleReader(two);
    const run = await runOnConsole(one, systemClock, "printf 'a\\nb\\n'; (exit 3)", { mark: 'm4rk', timeout: 60_000 });
    expect(run).toEqual({ output: expect.stringMatching(/^a\nb/), code: 3 });
    await reader.shows('m4rk-end=3=');
  });

  it('is found again by a new engine, and its agent answers again after a reboot', async () => {
    node.close();
    node = await qemu.attach();
    await node.ready(60_000);
    const first = await sh('cat /proc/sys/kernel/random/boot_id');
    await node.qmp('system_reset');
    await expect
      .poll(() => sh('cat /proc/sys/kernel/random/boot_id').catch(() => first), { timeout: 120_000, interval: 500 })
      .not.toBe(first);
  });

  it('powers off when asked', async () => {
    await node.ready(60_000);
    await node.powerDown();
    await ended(qemu);
  });
});
