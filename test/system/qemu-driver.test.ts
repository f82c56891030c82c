import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DriverNode, NodeHandle } from '../../src/boundary/driver.ts';
import { qemuDriver } from '../../src/drivers/qemu/qemu-driver.ts';
import { generate } from '../../src/generate/generate.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemCommands } from '../../src/host/commands.ts';
import { systemFiles } from '../../src/host/files.ts';
import { systemGrowingFiles } from '../../src/host/growing-files.ts';
import { systemStreams } from '../../src/host/streams.ts';
import type { Topology, TopologyNode } from '../../src/model/topology.ts';
import { bundledTemplates } from '../support/bundled-templates.ts';
import { noGuest, smallGuest } from '../support/small-guest.ts';

if (noGuest !== undefined) process.stderr.write(`skipped: the QEMU driver with generated scripts (${noGuest})\n`);

const vm = (name: string): TopologyNode => ({ name, kind: 'vm', template: 'small', attributes: {}, labelPorts: [] });
const topology: Topology = {
  name: 'pair',
  attributes: {},
  nodes: [vm('left'), vm('right')],
  links: [
    {
      id: 'left:lan--right:wan',
      tail: { node: 'left', port: 'lan' },
      head: { node: 'right', port: 'wan' },
      attributes: { qn_tailip: '10.9.8.1/24', qn_headip: '10.9.8.2/24', qn_headmac: '02:aa:bb:cc:dd:ee' },
    },
  ],
};

const notNeeded = () => Promise.reject(new Error('no kernel worker is needed'));

interface Running {
  readonly handle: NodeHandle;
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
}

describe.skipIf(noGuest !== undefined)('generated scripts under the driver', () => {
  let folder = '';
  let left: Running;
  let right: Running;

  async function start(name: string, own: string, other: string): Promise<Running> {
    const driver = qemuDriver({
      streams: systemStreams,
      clock: systemClock,
      logs: systemGrowingFiles,
      files: systemFiles,
      commands: systemCommands,
      kernel: { relay: notNeeded, hand: notNeeded, signal: notNeeded, stopped: notNeeded },
      small: smallGuest,
      setpriv: await systemCommands.find('setpriv'),
      environment: process.env,
    });
    const run = join(folder, `run-${name}`);
    await mkdir(run, { mode: 0o700 });
    const netdev = `dgram,local.type=unix,local.path=${folder}/${own}.wire,remote.type=unix,remote.path=${folder}/${other}.wire`;
    const node: DriverNode = {
      lab: 'pair',
      node: vm(name),
      directory: folder,
      files: folder,
      run,
      script: readFileSync(join(folder, name), 'utf8'),
      ports: [{ name: own, netdev, descriptor: undefined }],
      netns: '@empty',
      tcp: { console: undefined, monitor: undefined },
      abilities: { namespaces: false, tap: false, host: false, classifier: undefined, netem: false, tbf: false },
    };
    expect(driver.capabilities(node.script)).toEqual({
      wires: true,
      carrier: true,
      exec: true,
      console: true,
      monitor: true,
      hotplug: true,
      boots: true,
      seeded: false,
    });
    await driver.prepare(node);
    const request = driver.launch(node);
    const log = openSync(request.logFile, 'a');
    const child = spawn(request.argv[0] ?? '', request.argv.slice(1), {
      cwd: request.directory,
      env: request.environment,
      stdio: ['ignore', log, log],
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const pid = child.pid ?? 0;
    return { handle: driver.attach(node, { node: name, pid, hostPid: pid }, ended), child, ended };
  }

  async function sh(node: Running, command: string): Promise<string> {
    const output = await node.handle.exec(['/bin/sh', '-c', command], undefined, 30_000);
    return new TextDecoder().decode(output.stdout).trim();
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-driver-'));
    for (const { name, text, mode } of generate({ topology, templates: bundledTemplates }).files) {
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), mode);
    }
    left = await start('left', 'lan', 'wan');
    right = await start('right', 'wan', 'lan');
    await Promise.all([left.handle.ready(120_000), right.handle.ready(120_000)]);
  });

  afterAll(async () => {
    for (const node of [left, right]) {
      node.handle.close();
      node.child.kill('SIGKILL');
      await node.ended;
    }
    await rm(folder, { recursive: true });
  });

  it('gives the guests their names, ports, MACs and addresses, and they reach each other', async () => {
    expect(await sh(left, 'hostname')).toBe('left');
    expect(await sh(right, 'cat /sys/class/net/wan/address')).toBe('02:aa:bb:cc:dd:ee');
    expect(await sh(left, 'ip -br address show lan')).toContain('10.9.8.1/24');
    await expect.poll(() => sh(left, 'ping -c 1 -W 1 10.9.8.2 >/dev/null && echo yes')).toBe('yes');
  });

  it('switches one end of a link by the port’s name', async () => {
    const carrier = () => sh(right, 'cat /sys/class/net/wan/carrier');
    await right.handle.setCarrier('wan', false);
    await expect.poll(carrier).toBe('0');
    expect(await sh(left, 'cat /sys/class/net/lan/carrier')).toBe('1');
    await right.handle.setCarrier('wan', true);
    await expect.poll(carrier).toBe('1');
    await expect(right.handle.setCarrier('lan', false)).rejects.toMatchObject({ code: 'no-such-port' });
  });

  it('runs QEMU without capabilities, in its sandbox, and without a TCP port', async () => {
    const status = readFileSync(`/proc/${left.child.pid}/status`, 'utf8');
    expect(status).toMatch(/^CapEff:\t0+$/m);
    expect(status).toMatch(/^CapBnd:\t0+$/m);
    expect(status).toMatch(/^NoNewPrivs:\t1$/m);
    expect(status).toMatch(/^Seccomp:\t2$/m);
    const sockets = await systemCommands.run(['ss', '-Hlntup']);
    expect(new TextDecoder().decode(sockets.stdout)).not.toContain(`pid=${left.child.pid},`);
  });

  it('has a console and a monitor, and keeps a log', async () => {
    const { path = '', log = '' } = left.handle.socket('console') ?? {};
    expect(left.handle.socket('monitor')).toMatchObject({ telnet: false });
    const console = await systemStreams.connectUnix(path);
    console.write(new TextEncoder().encode('\r'));
    await expect.poll(() => systemGrowingFiles.size(log)).toBeGreaterThan(0);
    console.close();
  });

  it('ends by itself when the guest is asked to', async () => {
    await left.handle.powerDown?.();
    await left.ended;
    await expect(left.handle.exec(['true'], undefined, 1000)).rejects.toMatchObject({ name: 'HostError' });
  });
});
