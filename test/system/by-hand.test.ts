import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../src/generate/generate.ts';
import type { Topology, TopologyNode } from '../../src/model/topology.ts';

const small = process.env['WEFT_SMALL'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'weft/images/small');
const bundled = new URL('../../templates/', import.meta.url).pathname;
const read = (directory: string, name: string): string => readFileSync(join(directory, `${name}.mustache`), 'utf8');

const missing = existsSync('/usr/bin/qemu-system-x86_64')
  ? existsSync(join(small, 'vmlinux'))
    ? undefined
    : `the small guest is not in ${small}`
  : 'QEMU is not installed';
if (missing !== undefined) process.stdout.write(`skipped: scripts by hand: ${missing}\n`);

const escapeSequence = new RegExp(`${String.fromCharCode(27)}\\[[0-9?;]*[A-Za-z]`, 'g');

/** A console over telnet, as people use it by hand. */
class Console {
  readonly #socket: Socket;
  #seen = '';

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('data', (bytes) => {
      this.#seen = (this.#seen + bytes.toString('latin1')).replace(escapeSequence, '').replaceAll('\r', '');
    });
    this.#socket.on('error', () => undefined);
  }

  /** Types a line again and again until the pattern shows up after it. */
  async type(line: string, pattern: RegExp): Promise<string> {
    const deadline = performance.now() + 120_000;
    const from = this.#seen.length;
    while (performance.now() < deadline) {
      this.#socket.write(`${line}\n`);
      for (let tries = 0; tries < 30; tries++) {
        const found = pattern.exec(this.#seen.slice(from));
        if (found !== null) return found[0];
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
    throw new Error(`no ${pattern} on the console after: ${line}\n${this.#seen}`);
  }

  close(): void {
    this.#socket.destroy();
  }
}

async function consoleAt(port: number): Promise<Console> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const open = await new Promise<boolean>((resolve) => {
      const probe = connect(port, '127.0.0.1', () => {
        probe.destroy();
        resolve(true);
      });
      probe.on('error', () => resolve(false));
    });
    if (open) return new Console(port);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on 127.0.0.1:${port}`);
}

function vm(name: string, port: number): TopologyNode {
  const attributes = { qn_console: `${port}`, qn_monitor: `${port + 1}`, qn_kgdb: `${port + 2}`, qn_ugdb: `${port + 3}` };
  return { name, kind: 'vm', template: 'small', attributes, labelPorts: [] };
}

const topology: Topology = {
  name: 'by-hand',
  attributes: {},
  nodes: [
    vm('left', 47_110),
    vm('right', 47_120),
    { name: 'sw', kind: 'hub', template: undefined, attributes: { qn_hubport: '47130' }, labelPorts: [] },
  ],
  links: [
    {
      id: 'left:wire0--right:wire1',
      tail: { node: 'left', port: 'wire0' },
      head: { node: 'right', port: 'wire1' },
      attributes: {
        qn_headport: '47131',
        qn_tailport: '47132',
        qn_tailip: '10.9.0.1/24',
        qn_headip: '10.9.0.2/24',
        qn_mtu: '4000',
      },
    },
    {
      id: 'left:bus--sw:',
      tail: { node: 'left', port: 'bus' },
      head: { node: 'sw', port: undefined },
      attributes: { qn_tailip: '10.9.1.1/24' },
    },
    {
      id: 'right:bus--sw:',
      tail: { node: 'right', port: 'bus' },
      head: { node: 'sw', port: undefined },
      attributes: { qn_tailip: '10.9.1.2/24' },
    },
  ],
};

describe.skipIf(missing !== undefined)('generated scripts, run by hand', () => {
  const directory = mkdtempSync(join(tmpdir(), 'weft-by-hand-'));
  const processes: ChildProcess[] = [];
  const consoles: Console[] = [];

  beforeAll(async () => {
    const templates = {
      find: (name: string) => ({ text: read(bundled, name), directory: bundled }),
      partial: read,
      names: () => [],
    };
    const { files, diagnostics } = generate({ topology, templates });
    expect(diagnostics).toEqual([]);
    for (const { name, text, mode } of files) writeFileSync(join(directory, name), text, { mode });
    for (const name of ['left', 'right']) {
      const log = openSync(join(directory, `${name}.log`), 'a');
      processes.push(spawn(join(directory, name), { env: { ...process.env, WEFT_SMALL: small }, stdio: ['ignore', log, log] }));
    }
    consoles.push(await consoleAt(47_110), await consoleAt(47_120));
  });

  afterAll(() => {
    for (const console of consoles) console.close();
    for (const process of processes) process.kill('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  it('name the interfaces and give them the planned MACs and MTU', async () => {
    const link = await consoles[0]?.type('ip -br link; ip link show wire0; echo do""ne', /wire0 [\s\S]*done/);
    expect(link).toMatch(/wire0\s+\S+\s+02:00:00:00:01:02 /);
    expect(link).toMatch(/mtu 4000/);
    expect(readFileSync(join(directory, 'left.mactab'), 'utf8')).toBe('bus\t02:00:00:00:01:01\nwire0\t02:00:00:00:01:02\n');
  });

  it('carry frames over a UDP link', async () => {
    await consoles[1]?.type('hostname; echo re""ady', /right\nready/);
    expect(await consoles[0]?.type('ping -c 1 -W 2 10.9.0.2', / 0% packet loss/)).toBeDefined();
  });

  it('carry frames over a shared segment', async () => {
    expect(await consoles[0]?.type('ping -c 1 -W 2 10.9.1.2', / 0% packet loss/)).toBeDefined();
  });

  it('switch the carrier by the port’s name in the monitor', async () => {
    const monitor = await consoleAt(47_111);
    consoles.push(monitor);
    await monitor.type('set_link wire0 off', /set_link wire0 off/);
    expect(await consoles[0]?.type('cat /sys/class/net/wire0/carrier', /\n0\n/)).toBeDefined();
  });
});
