import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Kernel, NodeProcess } from '../../src/boundary/kernel.ts';
import { netdevText } from '../../src/wires/netdev-text.ts';
import type { NetdevPlug } from '../../src/wires/wire.ts';
import { until } from './kernel-sandbox.ts';

/** A place where the test puts frames on a wire and sees which arrive. */
export interface FramePort {
  send(frame: Buffer): void;
  /** In hexadecimal, in the order of their arrival. */
  readonly received: string[];
  close(): Promise<void>;
}

/** At an interface; `enter` are the words that lead a command into its namespace. */
export async function interfacePort(enter: readonly string[], name: string): Promise<FramePort> {
  const program = new URL('frame-port.ts', import.meta.url).pathname;
  const [word = '', ...words] = [...enter, process.execPath, program, name];
  const child = spawn(word, words, { stdio: ['pipe', 'pipe', 'inherit'] });
  const received: string[] = [];
  let ready = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'ready') ready = true;
    else received.push(line);
  });
  await until(() => ready, `the frame port at ${name}`);
  return {
    send: (frame) => child.stdin.write(`${frame.toString('hex')}\n`),
    received,
    close: async () => {
      child.stdin.end();
      await until(() => child.exitCode !== null, `the frame port at ${name} to end`);
    },
  };
}

/** At a VM's netdev: a QEMU without a machine passes frames between it and a stream socket that the test holds. */
export async function netdevPort(kernel: Kernel, node: string, plug: NetdevPlug, folder: string): Promise<FramePort> {
  const path = `${folder}/${node}.frames`;
  const accepted = acceptOne(path);
  const [started] = await kernel.spawn([
    {
      node,
      netns: '@empty',
      argv: [
        'qemu-system-x86_64',
        ...['-M', 'none', '-nodefaults', '-display', 'none', '-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny'],
        ...['-netdev', `${netdevText(plug, 3)},id=wire`, '-netdev', 'hubport,id=h0,hubid=0,netdev=wire'],
        ...[
          '-netdev',
          `stream,id=test,server=off,addr.type=unix,addr.path=${path}`,
          '-netdev',
          'hubport,id=h1,hubid=0,netdev=test',
        ],
      ],
      environment: { PATH: process.env['PATH'] ?? '/usr/bin' },
      directory: '/',
      logFile: `${folder}/${node}.log`,
      descriptors: plug.descriptor === undefined ? [] : [plug.descriptor],
    },
  ]);
  if (started === undefined || 'code' in started) throw new Error(started?.message);
  const socket = await until(() => accepted.socket, `the QEMU of ${node}`).catch((failure: Error) => {
    throw new Error(`${failure.message}: ${readFileSync(`${folder}/${node}.log`, 'utf8')}`);
  });
  const received: string[] = [];
  let rest = Buffer.alloc(0);
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const end = 4 + rest.readUInt32BE(0);
      received.push(rest.subarray(4, end).toString('hex'));
      rest = rest.subarray(end);
    }
  });
  return {
    send: (frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      socket.write(Buffer.concat([length, frame]));
    },
    received,
    close: () => endOf(kernel, started),
  };
}

function acceptOne(path: string): { socket: Socket | undefined } {
  const accepted: { socket: Socket | undefined } = { socket: undefined };
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    accepted.socket = socket.on('error', () => socket.destroy());
    server.close();
  });
  server.listen(path);
  chmodSync(path, 0o666);
  return accepted;
}

async function endOf(kernel: Kernel, { pid, node }: NodeProcess): Promise<void> {
  let ended = false;
  kernel.onExit((exit) => {
    ended ||= exit.pid === pid;
  });
  await kernel.signal([pid], 'SIGKILL');
  await until(() => ended, `the QEMU of ${node} to end`);
}
