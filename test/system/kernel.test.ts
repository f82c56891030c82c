import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  HOST,
  type Kernel,
  type KernelOp,
  type NodeProcess,
  PANEL,
  type ProcessExit,
  type Qdisc,
  type SpawnRequest,
} from '../../src/boundary/kernel.ts';
import { startKernelWorker } from '../../src/host/kernel/client.ts';
import { hubOps } from '../../src/wires/hub-ops.ts';
import { opText } from '../../src/wires/op-text.ts';
import { openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';
import { interfacePort } from './wire-ports.ts';

const lab = 'kerneltest';
const PATH = process.env['PATH'] ?? '/usr/bin:/usr/sbin:/bin:/sbin';

const end = (netns: string, name: string, more: object = {}) => ({
  netns,
  name,
  alias: `weft ${lab} ${netns}:${name} -- x:x`,
  up: true,
  ...more,
});

const machine = () => ({
  links: onMachine('ip', '-br', 'link')
    .split('\n')
    .map((line) => line.split(/\s/)[0]),
  temporary: readdirSync('/tmp').filter((name) => name.startsWith('weft-kernel-')),
});

describe.each(['root', 'user with tun', 'user'] as const)('kernel worker of %s', (holder) => {
  let before: ReturnType<typeof machine>;
  let sandbox: TestSandbox;
  let kernel: Kernel;
  const exits: ProcessExit[] = [];

  beforeAll(async () => {
    before = machine();
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start(lab);
    kernel.onExit((exit) => exits.push(exit));
  });

  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
    expect(machine()).toEqual(before);
  });

  it('finds out what it may do', () => {
    expect(kernel.abilities).toMatchObject({ namespaces: true, tap: holder !== 'user', host: holder === 'root' });
    expect(kernel.abilities.classifier).toMatch(/^(matchall|u32)$/);
  });

  it('makes namespaces, links and addresses, and again without change', async () => {
    const ops: KernelOp[] = [
      { op: 'netns-add', netns: 'a' },
      { op: 'netns-add', netns: 'b' },
      { op: 'veth-add', a: end('a', 'eth0', { mac: '02:00:00:00:00:01' }), b: end('b', 'eth1', { mtu: 9000 }), mtu: 1400 },
      { op: 'address-add', netns: 'a', name: 'eth0', address: '10.0.0.1/24' },
      { op: 'address-add', netns: 'b', name: 'eth1', address: '10.0.0.2/24' },
      { op: 'address-add', netns: 'a', name: 'eth0', address: 'fd00::a:1/64' },
      { op: 'address-add', netns: 'b', name: 'eth1', address: 'fd00::a:2/64' },
      { op: 'sysctl', netns: 'a', key: 'net/ipv4/ip_forward', value: '1' },
    ];
    await run(ops);
    const made = await kernel.interfaces(['a', 'b', 'none']);
    expect(made).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ netns: 'a', name: 'lo', up: true, carrier: true }),
        expect.objectContaining({ netns: 'a', name: 'eth0', kind: 'veth', mac: '02:00:00:00:00:01', mtu: 1400, carrier: true }),
        expect.objectContaining({ netns: 'b', name: 'eth1', alias: `weft ${lab} b:eth1 -- x:x`, mtu: 9000, carrier: true }),
      ]),
    );
    expect([...(await kernel.namespaces())].sort()).toEqual(['a', 'b']);
    await run(ops);
    expect(await kernel.interfaces(['a', 'b'])).toEqual(made);
    for (const address of ['10.0.0.2', 'fd00::a:2']) inNamespace('a', ['ping', '-c1', '-W2', address]);
    expect(inNamespace('a', ['cat', '/proc/sys/net/ipv4/ip_forward'])).toBe('1\n');
  });

  it('sets, changes and removes what an interface does with frames that leave, and touches no qdisc of others', async () => {
    const shown = () => inNamespace('a', ['tc', 'qdisc', 'show', 'dev', 'eth0', 'root']).trim();
    const set = async (qdisc: Qdisc) => await run([{ op: 'qdisc', netns: 'a', name: 'eth0', qdisc }]);
    for (const rate of [1e6, 2e6, 2e6]) {
      await set({ kind: 'tbf', rate, burst: 3044, limit: 30_440 });
      expect(await kernel.conditioned(['a', 'none'])).toEqual([{ netns: 'a', name: 'eth0', conditions: { rate } }]);
      expect(shown()).toMatch(new RegExp(`^qdisc tbf 7ef2: root .*rate ${rate / 1e6}Mbit burst 30[45].b`));
    }
    await set({ kind: 'blackhole' });
    expect(shown()).toMatch(/^qdisc blackhole 7ef3: root/);
    expect(await kernel.conditioned(['a'])).toEqual([{ netns: 'a', name: 'eth0', conditions: { cut: true } }]);
    expect(() => inNamespace('a', ['ping', '-c1', '-W1', '10.0.0.2'])).toThrow();
    await set({ kind: 'tbf', rate: 1e9, burst: 100_000, limit: 1_000_000 });
    inNamespace('a', ['ping', '-c1', '-W2', '10.0.0.2']);
    for (const _ of ['removed', 'gone already']) {
      await set({ kind: 'none' });
      expect(shown()).toMatch(/^(qdisc noqueue 0: root|$)/);
    }
    inNamespace('a', [
      'tc',
      'qdisc',
      'add',
      'dev',
      'eth0',
      'root',
      'handle',
      '1:',
      'tbf',
      'rate',
      '1gbit',
      'burst',
      '1mb',
      'limit',
      '1mb',
    ]);
    await set({ kind: 'none' });
    expect(shown()).toMatch(/^qdisc tbf 1: root/);
    expect(await kernel.conditioned(['a'])).toEqual([]);
    inNamespace('a', ['tc', 'qdisc', 'delete', 'dev', 'eth0', 'root']);
  });

  it('sets netem where the kernel has it, and says so where it has not', async () => {
    const conditions = { delay: 20e6, jitter: 1e6, loss: 0.5, rate: 1e9 };
    const [failure] = await kernel.run([{ op: 'qdisc', netns: 'a', name: 'eth0', qdisc: { kind: 'netem', conditions } }]);
    if (kernel.abilities.netem) {
      expect(failure).toBeUndefined();
      expect(inNamespace('a', ['tc', 'qdisc', 'show', 'dev', 'eth0', 'root'])).toContain('delay 20ms  1ms loss 0.5% rate 1Gbit');
    } else expect(failure).toMatchObject({ code: 'ENOENT', message: expect.stringContaining('netem') });
    await run([{ op: 'qdisc', netns: 'a', name: 'eth0', qdisc: { kind: 'none' } }]);
  });

  it('unplugs and plugs an interface without a loss of routes and addresses', async () => {
    const plug = async (on: boolean) => await run([{ op: 'plug', netns: 'a', name: 'eth0', on }]);
    const carrier = async (netns: string, name: string) =>
      (await kernel.interfaces([netns])).find((one) => one.name === name)?.carrier;
    for (const words of [
      ['address', 'add', 'fd00::77/64', 'dev', 'eth0', 'nodad'],
      ['route', 'add', '192.0.2.0/24', 'via', '10.0.0.2', 'metric', '7'],
      ['route', 'add', '198.51.100.0/24', 'via', '192.0.2.9', 'dev', 'eth0', 'onlink'],
      ['route', 'add', 'default', 'dev', 'eth0', 'table', '99'],
      ['-6', 'route', 'add', '2001:db8::/32', 'via', 'fd00::a:2'],
    ])
      inNamespace('a', ['ip', ...words]);
    const shown = () =>
      [
        ['route', 'show', 'table', 'all', 'dev', 'eth0'],
        ['-6', 'route', 'show', 'dev', 'eth0'],
        ['-o', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global'],
      ]
        .flatMap((words) => inNamespace('a', ['ip', ...words]).split('\n'))
        .map((line) => line.replace(/^\d+: |linkdown|\s+$/g, ''))
        .filter((line) => line !== '' && !/^(fe80|multicast|ff00|local fe80|anycast)/.test(line))
        .sort();
    const before = shown();
    expect(before.filter((line) => /^(192|198|default|2001)/.test(line)).length).toBeGreaterThanOrEqual(4);
    for (const on of [false, false]) await plug(on);
    expect([await carrier('a', 'eth0'), await carrier('b', 'eth1')]).toEqual([false, false]);
    for (const on of [true, true]) await plug(on);
    await until(async () => (await carrier('b', 'eth1')) === true, 'the carrier to come back');
    await until(() => JSON.stringify(shown()) === JSON.stringify(before), `${before.join('\n')} to be back`);
    for (const address of ['10.0.0.2', 'fd00::a:2']) inNamespace('a', ['ping', '-c1', '-W2', address]);
  });

  it('replaces an end that belongs to another pair', async () => {
    await run([
      { op: 'netns-add', netns: 'c' },
      { op: 'veth-add', a: end('a', 'eth0'), b: end('c', 'eth0'), mtu: 1500 },
    ]);
    const there = await kernel.interfaces(['a', 'b', 'c']);
    expect(there.filter(({ kind }) => kind === 'veth').map(({ netns, name }) => `${netns} ${name}`)).toEqual([
      'a eth0',
      'c eth0',
    ]);
  });

  it('says what failed and goes on', async () => {
    const outcome = await kernel.run([
      { op: 'address-add', netns: 'nowhere', name: 'eth0', address: '10.0.0.1/24' },
      { op: 'address-add', netns: 'a', name: 'eth9', address: '10.0.0.1/24' },
      { op: 'address-add', netns: 'a', name: 'eth0', address: '10.0.0.256/24' },
      { op: 'netns-add', netns: '../escape' },
      { op: 'link-delete', netns: 'a', name: 'gone' },
      { op: 'netns-delete', netns: 'gone' },
    ]);
    expect(outcome.map((failure) => failure?.message)).toEqual([
      'cannot set the address 10.0.0.1/24 at eth0 in nowhere: there is no namespace nowhere',
      'cannot set the address 10.0.0.1/24 at eth9 in a: there is no interface eth9',
      'cannot set the address 10.0.0.256/24 at eth0 in a: 10.0.0.256/24 is no IP/PREFIX',
      'cannot make the namespace ../escape: "../escape" cannot name a namespace',
      undefined,
      undefined,
    ]);
  });

  it('starts processes in their namespaces, knows their numbers, and tells of their end', async () => {
    const [inside, empty, missing] = await kernel.spawn([
      request('a', 'a', ['sh', '-c', 'hostname; ip -br link show eth0; ls /proc/self/fd; exit 7'], { hostname: 'router-a' }),
      request('e', '@empty', ['sleep', '1000']),
      request('m', 'a', ['no-such-program']),
    ]);
    expect(missing).toEqual({ code: 'ENOENT', message: 'cannot start m: there is no program no-such-program' });
    const exit = await exitOf(inside);
    expect(exit).toEqual({ node: 'a', pid: pidOf(inside), code: 7, signal: undefined });
    const said = readFileSync(`${sandbox.folder}/a.log`, 'utf8');
    expect(said).toMatch(/^router-a\neth0@/);
    expect(said.trim().split('\n').slice(2)).toEqual(['0', '1', '2', '3']);
    const { hostPid } = processOf(empty);
    expect(readFileSync(`/proc/${hostPid}/cmdline`, 'utf8')).toBe('sleep\x001000\x00');
    expect(await kernel.processes()).toEqual([empty]);
    await kernel.signal([pidOf(empty)], 'SIGTERM');
    expect(await exitOf(empty)).toEqual({ node: 'e', pid: pidOf(empty), code: undefined, signal: 'SIGTERM' });
    await kernel.signal([pidOf(empty)], 'SIGKILL');
  });

  it('tells of processes that end at once, each with its own exit code', async () => {
    const codes = Array.from({ length: 20 }, (_, at) => at + 1);
    const started = await kernel.spawn(codes.map((code) => request('a', 'a', ['sh', '-c', `exit ${code}`])));
    for (const [at, process] of started.entries()) expect(await exitOf(process)).toMatchObject({ node: 'a', code: codes[at] });
  });

  it('is replaced when it dies: processes live on and are watched', async () => {
    const [sleeper] = await kernel.spawn([request('s', 'a', ['sleep', '1000'])]);
    killWorker();
    await until(async () => (await kernel.namespaces().catch(() => [])).length > 0, 'another worker');
    expect(await kernel.processes()).toEqual([sleeper]);
    expect((await kernel.interfaces(['a'])).length).toBe(2);
    process.kill(processOf(sleeper).hostPid, 'SIGKILL');
    expect(await exitOf(sleeper)).toEqual({ node: 's', pid: pidOf(sleeper), code: undefined, signal: undefined });
    expect(await kernel.processes()).toEqual([]);
  });

  it('stops and continues every process of a session, whatever its group', async () => {
    const [leader] = await kernel.spawn([request('g', '@empty', ['bash', '-c', 'set -m; sleep 1000 & sleep 1001; :'])]);
    const { hostPid } = processOf(leader);
    await until(() => childrenOf(hostPid).length === 2, 'its children');
    const all = [hostPid, ...childrenOf(hostPid)];
    expect(await kernel.stopped([pidOf(leader)])).toEqual([]);
    await kernel.signal([pidOf(leader)], 'SIGSTOP');
    await until(() => all.every((pid) => stateOf(pid) === 'T'), 'all to stand still');
    expect(await kernel.stopped([pidOf(leader), 999_999])).toEqual([pidOf(leader)]);
    expect(exits.some(({ node }) => node === 'g')).toBe(false);
    await kernel.signal([pidOf(leader)], 'SIGCONT');
    await until(() => all.every((pid) => stateOf(pid) !== 'T'), 'all to go on');
    expect(await kernel.stopped([pidOf(leader)])).toEqual([]);
    await kernel.signal([pidOf(leader)], 'SIGSTOP');
    await kernel.signal([pidOf(leader)], 'SIGKILL');
    await exitOf(leader);
    for (const pid of all.slice(1)) if (stateOf(pid) !== undefined) process.kill(pid, 'SIGKILL');
  });

  it('talks to a server line by line, and no longer than it may', async () => {
    const path = `${sandbox.folder}/lines.sock`;
    const asked: string[] = [];
    const server = createServer((socket) => {
      // The worker hangs up when it has heard enough.
      socket.on('error', () => socket.destroy());
      socket.write('{"hello": 1}\n');
      const answer = (line: string) => {
        asked.push(line);
        if (line === 'silence') return;
        socket.write(`{"event": "x"}\nnoise\n{"${line === 'bad' ? 'error' : 'return'}": "${line}"}\n`);
      };
      socket.setEncoding('utf8').on('data', (text: string) => text.trim().split('\n').forEach(answer));
    });
    await new Promise<void>((resolve) => server.listen({ path, writableAll: true, readableAll: true }, resolve));
    const lines = (...texts: string[]) => texts.map((text) => ({ text }));
    expect(await kernel.hand(path, lines('a', 'b', 'bad', 'c'), 5000)).toEqual([
      '{"return": "a"}',
      '{"return": "b"}',
      '{"error": "bad"}',
      '{"return": "c"}',
    ]);
    expect(asked).toEqual(['a', 'b', 'bad', 'c']);
    await expect(kernel.hand(path, lines('silence'), 100)).rejects.toMatchObject({ name: 'HostError', code: 'timeout' });
    const missing = { kind: 'tap', netns: PANEL, name: 'none' } as const;
    await expect(kernel.hand(path, [{ text: 'a', descriptor: missing }], 5000)).rejects.toMatchObject({ code: 'ENODEV' });
    await new Promise((resolve) => server.close(resolve));
    await expect(kernel.hand(path, lines('a'), 5000)).rejects.toMatchObject({ name: 'HostError', code: 'ENOENT' });
  });

  it.skipIf(holder === 'user')('hands a TAP to one process alone', async () => {
    await run([{ op: 'tap-add', netns: PANEL, name: 'tap0', alias: `weft ${lab} t:0 -- x:x`, mtu: 9000, up: true }]);
    const holding = { descriptors: [{ kind: 'tap', netns: PANEL, name: 'tap0' }] } as const;
    const [first] = await kernel.spawn([request('t', '@empty', ['sleep', '1000'], holding)]);
    const open = () =>
      readdirSync(`/proc/${processOf(first).hostPid}/fd`)
        .sort()
        .join(' ');
    await until(() => open() === '0 1 2 3', 'the process to hold nothing but what it was handed');
    const tap = async () => (await kernel.interfaces([PANEL])).find(({ name }) => name === 'tap0');
    expect(await tap()).toMatchObject({ kind: 'tun', carrier: true, mtu: 9000 });
    const [second] = await kernel.spawn([request('u', '@empty', ['sleep', '1000'], holding)]);
    expect(second).toEqual({ code: 'EBUSY', message: 'cannot start u: another process holds the TAP tap0' });
    await run([{ op: 'link-set', netns: PANEL, name: 'tap0', carrier: false }]);
    expect((await tap())?.carrier).toBe(false);
    await run([{ op: 'link-set', netns: PANEL, name: 'tap0', carrier: true }]);
    expect((await tap())?.carrier).toBe(true);
    await kernel.signal([pidOf(first)], 'SIGKILL');
    await exitOf(first);
    await run([{ op: 'link-delete', netns: PANEL, name: 'tap0' }]);
    expect(await tap()).toBeUndefined();
  });

  it('floods hubs of more ports than a filter has actions', async () => {
    const ports = Array.from({ length: 100 }, (_, at) => `port${at}`);
    await run([{ op: 'netns-add', netns: 'hub' }]);
    await run(ports.map((name) => ({ op: 'veth-add', a: end('hub', name), b: end(PANEL, name), mtu: 1500 })));
    const flood = hubOps(ports.map((name) => ({ hub: 'hub', name })));
    await run(flood);
    await run(flood);
    const inHub = [...sandbox.inPanel, 'ip', 'netns', 'exec', 'hub'];
    const [from, near, far] = await Promise.all(['port3', 'port0', 'port99'].map((name) => interfacePort(inHub, name)));
    const frame = Buffer.from(`ffffffffffff02000000000188b5${'00'.repeat(50)}`, 'hex');
    from?.send(frame);
    for (const port of [near, far]) {
      await until(() => port?.received.includes(frame.toString('hex')), 'the frame');
      expect(port?.received.filter((one) => one === frame.toString('hex'))).toHaveLength(1);
      await port?.close();
    }
    expect(from?.received).not.toContain(frame.toString('hex'));
    await from?.close();
    await run([{ op: 'redirect', netns: PANEL, from: 'port0', to: [] }]);
    await run(ports.map((name) => ({ op: 'link-delete', netns: PANEL, name })));
  });

  it('relays a unix socket to a TCP port of a namespace', async () => {
    const serve = `require('net').createServer((s) => s.on('data', (d) => s.end('heard ' + d))).listen(5000, '127.0.0.1')`;
    const [server] = await kernel.spawn([request('r', 'a', [process.execPath, '-e', serve])]);
    const path = `${sandbox.folder}/relay.sock`;
    await kernel.relay(path, 'a', '127.0.0.1', 5000);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await until(() => answerAt(path, 'hello'), 'the server')).toBe('heard hello');
    expect((await kernel.interfaces([PANEL])).length).toBeGreaterThan(0);
    killWorker();
    expect(await until(() => answerAt(path, 'again'), 'the relay of another worker')).toBe('heard again');
    await kernel.signal([pidOf(server)], 'SIGKILL');
    await exitOf(server);
  });

  it('ends a connection to a namespace that is not there, and goes on', async () => {
    const path = `${sandbox.folder}/nowhere.sock`;
    await kernel.relay(path, 'nowhere', '127.0.0.1', 5000);
    expect(await answerAt(path, 'hello')).toBeUndefined();
    expect(await kernel.namespaces()).toContain('a');
  });

  it.skipIf(holder !== 'root')('leaves alone what is not ours on the machine', async () => {
    onMachine('ip', 'link', 'add', 'wefttest1', 'type', 'veth', 'peer', 'name', 'wefttest2');
    try {
      const [refused, kept] = await kernel.run([
        { op: 'tap-add', netns: HOST, name: 'wefttest1', alias: `weft ${lab} a:b -- c:d`, mtu: 1500, up: true },
        { op: 'link-delete', netns: HOST, name: 'wefttest1' },
      ]);
      expect(refused).toMatchObject({ code: 'EEXIST', message: expect.stringContaining('it is not ours') });
      expect(kept).toBeUndefined();
      expect(machine().links).toContain('wefttest1@wefttest2');
    } finally {
      onMachine('ip', 'link', 'delete', 'wefttest1');
    }
  });

  it.skipIf(holder === 'root')('says how an ordinary user comes to the network of the machine', async () => {
    const [failure] = await kernel.run([{ op: 'link-set', netns: HOST, name: 'lo', up: true }]);
    expect(failure).toMatchObject({ code: 'EPERM', message: expect.stringContaining('run weft as root') });
    expect(await kernel.interfaces([HOST])).toEqual([]);
  });

  it.skipIf(holder === 'user')('does what the printed commands do', async () => {
    const ops: KernelOp[] = [
      { op: 'netns-add', netns: 'p' },
      {
        op: 'veth-add',
        a: end('p', 'eth0', { mac: '02:00:00:00:00:05' }),
        b: end(PANEL, 'v', { mac: '02:00:00:00:00:06' }),
        mtu: 1600,
      },
      { op: 'tap-add', netns: PANEL, name: 't', alias: 'weft t', mtu: 1600, up: true },
      { op: 'redirect', netns: PANEL, from: 't', to: ['v'] },
      { op: 'link-set', netns: 'p', name: 'eth0', mtu: 1700 },
      { op: 'address-add', netns: 'p', name: 'eth0', address: '10.1.0.1/24' },
      { op: 'address-add', netns: 'p', name: 'eth0', address: 'fd01::1/64' },
    ];
    const undo: KernelOp[] = [
      { op: 'redirect', netns: PANEL, from: 't', to: [] },
      { op: 'link-delete', netns: PANEL, name: 't' },
      { op: 'link-delete', netns: PANEL, name: 'v' },
      { op: 'netns-delete', netns: 'p' },
    ];
    const look = async () => ({
      links: (await kernel.interfaces(['p', PANEL])).map(({ netns, name, alias, kind, mtu, up }) => ({
        netns,
        name,
        alias,
        kind,
        mtu,
        up,
      })),
      addresses: inNamespace('p', ['ip', '-br', 'address', 'show', 'dev', 'eth0']).replace(/@if\d+/, ''),
      filter: shell('tc filter show dev t ingress').match(/Redirect to device v/g),
    });
    await run(ops);
    const byWorker = await look();
    await run(undo);
    shell(ops.flatMap((op) => opText(op, kernel.abilities.classifier)).join('\n'));
    expect(await look()).toEqual(byWorker);
    shell(undo.flatMap((op) => opText(op, kernel.abilities.classifier)).join('\n'));
    expect(await kernel.interfaces(['p'])).toEqual([]);
  });

  function request(node: string, netns: string, argv: readonly string[], more: Partial<SpawnRequest> = {}): SpawnRequest {
    const logFile = `${sandbox.folder}/${node}.log`;
    return { node, netns, argv, environment: { PATH }, directory: '/', logFile, descriptors: [], ...more };
  }

  async function run(ops: readonly KernelOp[]): Promise<void> {
    expect((await kernel.run(ops)).filter((failure) => failure !== undefined)).toEqual([]);
  }

  async function exitOf(started: unknown): Promise<ProcessExit> {
    return await until(() => exits.find(({ pid }) => pid === pidOf(started)), 'the process to end');
  }

  function inNamespace(netns: string, argv: readonly string[]): string {
    return inSandbox(['ip', 'netns', 'exec', netns, ...argv]);
  }

  function shell(script: string): string {
    return inSandbox(['sh', '-ec', script]);
  }

  function inSandbox(argv: readonly string[]): string {
    return onMachine(...sandbox.inPanel, ...argv);
  }
});

it('runs processes where the user may make no namespaces at all', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-kernel-'));
  chownSync(folder, 65534, 65534);
  const kernel = await startKernelWorker({
    lab,
    workerPath: new URL('../../src/main/kernel-worker.ts', import.meta.url).pathname,
    hostProc: '/proc',
    through: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'],
  });
  try {
    expect(kernel.abilities).toEqual({
      namespaces: false,
      tap: false,
      host: false,
      classifier: undefined,
      netem: false,
      tbf: false,
    });
    const logFile = `${folder}/log`;
    const [started] = await kernel.spawn([
      {
        node: 'n',
        netns: '@empty',
        argv: ['sleep', '1000'],
        environment: { PATH },
        directory: '/',
        logFile,
        hostname: 'n',
        descriptors: [],
      },
    ]);
    expect(await kernel.processes()).toEqual([started]);
    const ended = new Promise<ProcessExit>((resolve) => kernel.onExit(resolve));
    await kernel.signal([pidOf(started)], 'SIGTERM');
    expect(await ended).toMatchObject({ node: 'n', signal: 'SIGTERM' });
  } finally {
    await kernel.close();
    rmSync(folder, { recursive: true });
  }
});

function onMachine(...argv: readonly string[]): string {
  return execFileSync('env', argv, { encoding: 'utf8' });
}

function processOf(started: unknown): NodeProcess {
  expect(started).toHaveProperty('pid');
  return started as NodeProcess;
}

function pidOf(started: unknown): number {
  return processOf(started).pid;
}

/** Kills the kernel workers that this process has started: the children of its nsenter children. */
function killWorker(): void {
  for (const child of childrenOf(process.pid)) {
    if (!readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('kernel-worker.ts')) continue;
    for (const worker of childrenOf(child)) process.kill(worker, 'SIGKILL');
  }
}

/** The letter of its state (proc(5)); undefined when it is gone. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (.) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** What the server at a unix socket answers; undefined when there is none yet. */
function answerAt(path: string, said: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = connect(path, () => socket.write(said));
    socket.on('data', (bytes) => {
      heard += bytes;
    });
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(heard === '' ? undefined : heard));
  });
}
