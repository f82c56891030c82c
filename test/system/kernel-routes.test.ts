import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel, KernelOp } from '../../src/boundary/kernel.ts';
import type { Route } from '../../src/model/route.ts';
import { openSandbox, type TestSandbox } from './kernel-sandbox.ts';

const lab = 'routestest';
const end = (netns: string, name: string) => ({ netns, name, alias: `weft ${lab} ${netns}:${name} -- x:x`, up: true });
const at = { netns: 'B', name: 'F' };

/** The sample of the add-on's README. */
const sample: readonly Route[] = [
  { destination: '10.250.0.0/20', gateway: '127.0.0.1', metric: 1000 },
  { destination: '10.250.8.0/24', gateway: '10.250.9.25', metric: 1 },
  { destination: '0.0.0.0/0', gateway: '10.250.9.25', metric: 101 },
];

describe.each(['root', 'user'] as const)('addresses and routes as %s', (holder) => {
  let sandbox: TestSandbox;
  let kernel: Kernel;

  const ip = (...words: string[]): string => {
    const [program = '', ...argv] = [...sandbox.inPanel, 'ip', '-n', 'B', ...words];
    return execFileSync(program, argv, { encoding: 'utf8' });
  };
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const routes = () => lines(ip('route', 'show', 'proto', 'static'));
  const run = async (...ops: KernelOp[]) => (await kernel.run(ops)).filter((failure) => failure !== undefined);

  beforeAll(async () => {
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start(lab);
    const made = await run(
      { op: 'netns-add', netns: 'B' },
      { op: 'netns-add', netns: 'C' },
      { op: 'veth-add', a: end('B', 'F'), b: end('C', 'eth0'), mtu: 1500 },
    );
    expect(made).toEqual([]);
  });

  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
  });

  it('sets what the sample asks for, and again without change', async () => {
    const ops: KernelOp[] = [
      { op: 'addresses-set', ...at, addresses: ['10.250.9.26/30'] },
      { op: 'routes-set', ...at, routes: sample },
    ];
    expect(await run(...ops)).toEqual([]);
    const expected = [
      'default via 10.250.9.25 dev F metric 101',
      '10.250.0.0/20 via 127.0.0.1 dev F metric 1000',
      '10.250.8.0/24 via 10.250.9.25 dev F metric 1',
    ];
    expect(routes()).toEqual(expected);
    expect(lines(ip('route', 'show'))).toHaveLength(4);
    const before = ip('-d', 'address');
    expect(await run(...ops)).toEqual([]);
    expect(routes()).toEqual(expected);
    expect(ip('-d', 'address')).toBe(before);
  });

  it('takes away what is no longer named, and nothing that came otherwise', async () => {
    ip('route', 'add', '10.77.0.0/16', 'dev', 'F');
    expect(
      await run(
        { op: 'address-add', ...at, address: '10.9.0.1/24' },
        { op: 'addresses-set', ...at, addresses: ['10.250.9.25/30', 'fd00::5/64'] },
        { op: 'routes-set', ...at, routes: [{ destination: '10.1.0.0/16', gateway: '10.250.9.26', metric: 7, mtu: 1400 }] },
      ),
    ).toEqual([]);
    const addresses = lines(ip('-br', 'address', 'show', 'dev', 'F'))[0];
    expect(addresses).toMatch(/ 10\.9\.0\.1\/24 .*10\.250\.9\.25\/30 .*fd00::5\/64/);
    expect(addresses).not.toContain('10.250.9.26');
    expect(routes()).toEqual(['10.1.0.0/16 via 10.250.9.26 dev F metric 7 mtu 1400']);
    expect(ip('route', 'show', '10.77.0.0/16')).toContain('dev F');
    expect(await run({ op: 'addresses-set', ...at, addresses: [] }, { op: 'routes-set', ...at, routes: [] })).toEqual([]);
    expect(routes()).toEqual([]);
    expect(ip('-br', 'address', 'show', 'dev', 'F')).toMatch(/10\.9\.0\.1\/24/);
  });

  it('sets routes of IPv6, of another table, from a source, and to next hops that no address reaches', async () => {
    const set: KernelOp = {
      op: 'routes-set',
      ...at,
      routes: [
        { destination: 'fd01::1/64', gateway: 'fd00::9', metric: 5 },
        { destination: 'fd02::/64' },
        { destination: '10.2.0.0/16', gateway: '172.31.1.1', metric: 3 },
        { destination: '10.3.0.7/16', table: 1000, source: '10.9.0.1', metric: 2 },
      ],
    };
    expect(await run({ op: 'addresses-set', ...at, addresses: ['fd00::5/64'] }, set)).toEqual([]);
    expect(routes()).toEqual(['10.2.0.0/16 via 172.31.1.1 dev F metric 3 onlink']);
    expect(lines(ip('route', 'show', 'table', '1000'))).toEqual([
      '10.3.0.0/16 dev F proto static scope link src 10.9.0.1 metric 2',
    ]);
    expect(lines(ip('-6', 'route', 'show', 'proto', 'static'))).toEqual([
      'fd01::/64 via fd00::9 dev F metric 5 pref medium',
      'fd02::/64 dev F metric 1024 pref medium',
    ]);
    expect(await run(set)).toEqual([]);
  });

  it('tells of each route that the kernel refuses, and sets the others', async () => {
    const failures = await run({
      op: 'routes-set',
      ...at,
      routes: [
        { destination: '10.4.0.0/16', gateway: '10.9.0.255' },
        { destination: 'fd03::/64', gateway: '::1' },
        { destination: '10.5.0.0/16', gateway: '10.9.0.2' },
      ],
    });
    expect(failures.map((failure) => failure?.message)).toEqual([
      expect.stringMatching(/^cannot set the routes of F in B: 10\.4\.0\.0\/16 via 10\.9\.0\.255: .+; fd03::\/64 via ::1: .+$/),
    ]);
    expect(routes()).toEqual(['10.5.0.0/16 via 10.9.0.2 dev F']);
  });

  it('tells of an interface that is not there', async () => {
    expect(await run({ op: 'routes-set', netns: 'B', name: 'G', routes: [] })).toEqual([
      { code: 'ENODEV', message: 'cannot set the routes of G in B: there is no interface G' },
    ]);
  });
});
