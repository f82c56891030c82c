import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type NodeRunFiles, nodeRunFiles } from '../../src/drivers/qemu/node-run-directory.ts';
import { QemuNode, type QemuProcess } from '../../src/drivers/qemu/qemu-node.ts';
import type { ScriptHeader } from '../../src/drivers/qemu/script-header.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemGrowingFiles } from '../../src/host/growing-files.ts';
import { systemStreams } from '../../src/host/streams.ts';

const QEMU = '/usr/bin/qemu-system-x86_64';
const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
/** The folder of the small guest. */
export const smallGuest: string = process.env['WEFT_SMALL'] ?? join(cache, 'weft/images/small');

/** Why guests cannot be booted here; undefined where they can. */
export const noGuest: string | undefined = existsSync(join(smallGuest, 'vmlinux'))
  ? undefined
  : `no small guest in ${smallGuest}; build it with: weft image build`;

/** A QEMU started as a bundled script starts it, without a wire: its one link ends in an unconnected socket. */
export interface StartedQemu {
  readonly files: NodeRunFiles;
  readonly process: QemuProcess;
  readonly child: ChildProcess;
  /** A node object as the engine makes it; each call is a new one, as after a restart of the engine. */
  attach(header?: Partial<ScriptHeader>, deadline?: number): Promise<QemuNode>;
  /** Kills QEMU and removes its files. */
  end(): Promise<void>;
}

const HEADER: ScriptHeader = { driver: 'qemu', agent: true, ready: { kind: 'agent' }, hotplug: true, seed: false };

/** With `more` arguments; `boot` starts the small guest, without it the machine stays stopped at its first instruction. */
export async function startQemu({ boot, more = [] }: { boot: boolean; more?: readonly string[] }): Promise<StartedQemu> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-qemu-'));
  const files = nodeRunFiles(join(folder, 'run'), join(folder, 'console.log'));
  await mkdir(files.directory, { mode: 0o700 });
  const log = join(folder, 'node.log');
  const output = openSync(log, 'a');
  const child = spawn(QEMU, [...machine(folder, files), ...(boot ? kernel() : ['-S']), ...more], {
    stdio: ['ignore', output, output],
  });
  const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const process: QemuProcess = { node: 'guest', header: HEADER, files, log, consoleFrom: 0, logFrom: 0, exited };
  return {
    files,
    process,
    child,
    async attach(header = {}, deadline = 30_000) {
      const parts = { streams: systemStreams, clock: systemClock, logs: systemGrowingFiles };
      const node = QemuNode.hold(parts, { ...process, header: { ...HEADER, ...header } });
      await node.attach(deadline);
      return node;
    },
    async end() {
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true });
    },
  };
}

function machine(folder: string, files: NodeRunFiles): string[] {
  const socket = (id: string, path: string, more = '') => ['-chardev', `socket,id=${id},path=${path},server=on,wait=off${more}`];
  return [
    ...[
      '-M',
      'q35',
      '-accel',
      'tcg,tb-size=96',
      '-cpu',
      'max',
      '-m',
      '128',
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
    ],
    ...['-device', 'virtio-serial-pci,id=serial0'],
    ...socket('hvc0', files.console, `,logfile=${files.consoleLog},logappend=on`),
    ...['-device', 'virtconsole,chardev=hvc0'],
    ...socket('agent', files.agent),
    ...['-device', 'virtserialport,bus=serial0.0,chardev=agent,name=org.qemu.guest_agent.0'],
    ...socket('monitor', files.monitor),
    ...['-mon', 'chardev=monitor,mode=readline'],
    ...socket('qmp', files.qmp),
    ...['-mon', 'chardev=qmp,mode=control'],
    ...['-chardev', `file,id=boot,path=${files.bootLog},append=on`, '-serial', 'chardev:boot'],
    ...['-netdev', `dgram,id=eth0,local.type=unix,local.path=${folder}/near,remote.type=unix,remote.path=${folder}/far`],
    ...['-device', 'virtio-net-pci,id=link0,netdev=eth0,mac=02:00:00:00:01:01,romfile='],
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
  ];
}

function kernel(): string[] {
  const megahertz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  const frequency = megahertz === undefined ? '' : `tsc_early_khz=${Math.floor(Number(megahertz) * 1000)}`;
  return [
    ...['-kernel', join(smallGuest, 'vmlinux'), '-initrd', join(smallGuest, 'initrd')],
    ...[
      '-fw_cfg',
      'name=opt/hostname,string=guest',
      '-append',
      `console=ttyS0 console=hvc0 no_timer_check tsc=reliable ${frequency} quiet`,
    ],
  ];
}
