import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeHandle, PortPlug } from '../../src/boundary/driver.ts';
import { type Kernel, PANEL } from '../../src/boundary/kernel.ts';
import { decodeUtf8 } from '../../src/model/utf8.ts';
import { noGuest } from '../support/small-guest.ts';
import { openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';
import { type PlugGuest, plugSocket, startPlugGuest, tapPlug } from './plug-guest.ts';

if (noGuest !== undefined) process.stderr.write(`skipped: network devices that come and go (${noGuest})\n`);

const mac = (number: number) => `02:00:00:00:aa:${number.toString(16).padStart(2, '0')}`;

describe.skipIf(noGuest !== undefined)('network devices that come and go', () => {
  let sandbox: TestSandbox;
  let kernel: Kernel;
  let guest: PlugGuest;
  let handle: NodeHandle;

  const sh = async (command: string): Promise<string> => {
    const output = await handle.exec(['/bin/sh', '-c', command], undefined, 60_000);
    return decodeUtf8(output.stdout).trim();
  };
  const plug = async (name: string, number: number, more: Partial<PortPlug> = {}) =>
    handle.plug?.({ name, mac: mac(number), mtu: undefined, ...(await tapPlug(kernel, `t${number}`)), ...more });
  const names = async () => ((await handle.ports?.()) ?? []).map((port) => port.name).toSorted();
  const seen = (number: number) => sh(`grep -l ${mac(number)} /sys/class/net/*/address | wc -l`).then(Number);
  const carrierOf = async (tap: string) => (await kernel.interfaces([PANEL])).find(({ name }) => name === tap)?.carrier;

  beforeAll(async () => {
    sandbox = await openSandbox('root');
    kernel = await sandbox.start('plugs');
    guest = await startPlugGuest(kernel, sandbox.folder, 'guest');
    handle = guest.attach();
  });

  afterAll(async () => {
    handle?.close();
    await kernel?.close();
    await sandbox?.end();
  });

  it('plugs a port before the guest has booted, and unplugs another', async () => {
    await plug('early', 1);
    await plug('never', 2);
    await handle.unplug?.('never');
    expect(await names()).toEqual(['early', 'first']);
    await handle.ready(120_000);
    await handle.nameInterface?.(mac(1), 'early');
    expect(await sh('cat /sys/class/net/early/address')).toBe(mac(1));
    await expect.poll(() => seen(2)).toBe(0);
    await handle.unplug?.('early');
    await expect.poll(() => seen(1)).toBe(0);
  });

  it('carries frames to a port that was plugged in, with the MAC and the MTU asked for', async () => {
    await plug('lan', 3, { mtu: 1400 });
    await handle.nameInterface?.(mac(3), 'lan');
    expect(await handle.ports?.()).toContainEqual({ name: 'lan', mac: mac(3) });
    expect(await sh('cat /sys/class/net/lan/mtu')).toBe('1400');
    await sh('ip addr add 10.77.0.2/24 dev lan');
    await kernel.run([{ op: 'address-add', netns: PANEL, name: 't3', address: '10.77.0.1/24' }]);
    const ping = ['ping', '-c', '1', '-W', '1', '10.77.0.2'];
    await until(() => run(...sandbox.inPanel, ...ping), 'a ping through the port');
  });

  it('leaves a port alone that is there, and gives it another MAC when asked', async () => {
    const index = () => sh('cat /sys/class/net/lan/ifindex');
    const before = await index();
    await plug('lan', 3);
    expect(await index()).toBe(before);
    await plug('lan', 3, { mac: mac(4) });
    expect((await handle.ports?.())?.filter(({ name }) => name === 'lan')).toEqual([{ name: 'lan', mac: mac(4) }]);
    await handle.nameInterface?.(mac(4), 'lan');
    expect(await sh('cat /sys/class/net/lan/address')).toBe(mac(4));
  });

  it('switches the carrier of a port that was plugged in, and of one that it was started with', async () => {
    await sh('ip link set first up || ip link set eth0 up');
    for (const [port, number] of [
      ['lan', 4],
      ['first', undefined],
    ] as const) {
      const address = number ?? ((await handle.ports?.())?.find(({ name }) => name === port)?.mac || 'none');
      const found = typeof address === 'number' ? mac(address) : address;
      const carrier = () => sh(`cat $(dirname $(grep -l ${found} /sys/class/net/*/address))/carrier`);
      await handle.setCarrier(port, false);
      await expect.poll(carrier).toBe('0');
      await handle.setCarrier(port, true);
      await expect.poll(carrier).toBe('1');
    }
    await expect(handle.setCarrier('wan', true)).rejects.toMatchObject({ code: 'no-such-port' });
  });

  it('frees the wire at once when a port is unplugged, ten times in turn', async () => {
    await handle.unplug?.('lan');
    for (let round = 0; round < 10; round++) {
      await plug('lan', 3);
      await handle.nameInterface?.(mac(3), 'lan');
      await handle.unplug?.('lan');
      expect(await carrierOf('t3')).toBe(false);
      expect(await names()).toEqual(['first']);
    }
    await handle.unplug?.('lan');
    await expect.poll(() => seen(3)).toBe(0);
  });

  it('takes two ports at once, and ports that no id of QEMU can name', async () => {
    await Promise.all([plug('0+a@b', 5), plug('link0', 6)]);
    expect(await names()).toEqual(['0+a@b', 'first', 'link0']);
    await Promise.all([handle.nameInterface?.(mac(5), 'e5'), handle.nameInterface?.(mac(6), 'first')]);
    expect(await sh('cat /sys/class/net/e5/address /sys/class/net/first/address')).toBe(`${mac(5)}\n${mac(6)}`);
    await handle.setCarrier('link0', false);
    await expect.poll(() => sh('cat /sys/class/net/first/carrier /sys/class/net/e5/carrier')).toBe('0\n1');
  });

  it("plugs what was foreseen, in whatever order, and what was not; what never came is in nobody's way", async () => {
    const before = await names();
    for (const port of ['soon', 'later', 'never']) handle.foreseePlug?.(port);
    await Promise.all([plug('later', 20), plug('soon', 21)]);
    expect(await names()).toEqual([...before, 'later', 'soon'].toSorted());
    handle.foreseePlug?.('never');
    await plug('other', 22);
    await handle.unplug?.('soon');
    handle.foreseePlug?.('later');
    await handle.unplug?.('later');
    await plug('later', 23);
    expect(await names()).toEqual([...before, 'later', 'other'].toSorted());
    await handle.nameInterface?.(mac(23), 'e23');
    for (const port of ['later', 'other']) await handle.unplug?.(port);
    expect(await names()).toEqual(before);
    await expect.poll(async () => (await seen(20)) + (await seen(22)) + (await seen(23))).toBe(0);
  });

  it('finds all of it again when it is attached anew', async () => {
    const before = await handle.ports?.();
    handle.close();
    handle = guest.attach();
    expect(await handle.ports?.()).toEqual(before);
    await handle.unplug?.('0+a@b');
    await handle.unplug?.('link0');
    expect(await names()).toEqual(['first']);
  });

  it('says so when all slots are taken', async () => {
    const ports = Array.from({ length: 8 }, (_, n) => `p${n}`);
    for (const [n, port] of ports.entries()) await plug(port, 10 + n);
    expect(await names()).toEqual(['first', ...ports]);
    await expect(plug('p8', 18)).rejects.toMatchObject({ name: 'HostError', code: 'no-slot' });
    expect(await carrierOf('t18')).toBe(false);
    await handle.unplug?.('first');
    await plug('p8', 18);
    await Promise.all([...ports, 'p8'].map(async (port) => handle.unplug?.(port)));
    expect(await names()).toEqual([]);
    await expect.poll(() => sh('ls /sys/class/net')).toBe('lo');
  });

  it('stands still and goes on, and ports come and go meanwhile', async () => {
    await plug('lan', 3);
    await handle.nameInterface?.(mac(3), 'lan');
    expect(await handle.paused?.()).toBe(false);
    await handle.pause?.();
    await handle.pause?.();
    expect(await handle.paused?.()).toBe(true);
    await handle.unplug?.('lan');
    expect(await carrierOf('t3')).toBe(false);
    await plug('lan', 3);
    await plug('wan', 7);
    expect(await names()).toEqual(['lan', 'wan']);
    await handle.resume?.();
    expect(await handle.paused?.()).toBe(false);
    await handle.nameInterface?.(mac(3), 'lan');
    await handle.nameInterface?.(mac(7), 'wan');
    await expect.poll(() => seen(3)).toBe(1);
    expect(await sh('cat /sys/class/net/lan/address /sys/class/net/wan/address')).toBe(`${mac(3)}\n${mac(7)}`);
    await handle.unplug?.('wan');
  });

  it('says that the guest shows no such interface', async () => {
    await expect(handle.nameInterface?.('02:00:00:00:ff:ff', 'x')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('refuses a TAP that somebody else holds, and leaves nothing behind', async () => {
    const taken = { descriptor: { kind: 'tap', netns: PANEL, name: 't3' } } as const;
    await expect(plug('wan', 7, taken)).rejects.toMatchObject({ name: 'HostError', code: 'EBUSY' });
    expect(await names()).toEqual(['lan']);
    await plug('wan', 7);
    await handle.unplug?.('wan');
  });

  it('gives up in time while QEMU or the worker stands still, and goes on afterwards', async () => {
    await kernel.signal([guest.process.pid], 'SIGSTOP');
    await expect(plug('wan', 7)).rejects.toMatchObject({ name: 'HostError', code: 'timeout' });
    await kernel.signal([guest.process.pid], 'SIGCONT');
    const [worker = 0, ...leaders] = workerBelow(process.pid);
    const wire = await tapPlug(kernel, 't7');
    process.kill(worker, 'SIGSTOP');
    try {
      const late = handle.plug?.({ name: 'wan', mac: mac(7), mtu: undefined, ...wire });
      await expect(late).rejects.toMatchObject({ name: 'HostError', code: 'timeout' });
    } finally {
      // nsenter(1) stops itself when its child is stopped.
      for (const stopped of [worker, ...leaders]) process.kill(stopped, 'SIGCONT');
    }
    await plug('wan', 7);
    await handle.nameInterface?.(mac(7), 'wan');
    expect(await names()).toEqual(['lan', 'wan']);
  });

  it('tells whoever runs the script of an older weft to generate again', async () => {
    renameSync(plugSocket(guest), `${plugSocket(guest)}.away`);
    await expect(plug('x', 8)).rejects.toMatchObject({ code: 'no-hotplug' });
    renameSync(`${plugSocket(guest)}.away`, plugSocket(guest));
    await plug('x', 8);
  });
});

function run(...argv: readonly string[]): boolean {
  try {
    execFileSync(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The kernel worker among the descendants of this process, and the processes between. */
function workerBelow(pid: number): number[] {
  for (const child of readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)) {
    const found = workerBelow(child);
    if (found.length > 0) return [...found, child];
    const command = readFileSync(`/proc/${child}/cmdline`, 'utf8');
    if (!command.startsWith('nsenter') && command.includes('kernel-worker')) return [child];
  }
  return [];
}
