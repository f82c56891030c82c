import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOST, type InterfaceSight, type Kernel, type KernelOp } from '../../src/boundary/kernel.ts';
import { openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';

const lab = 'watchtest';
const end = (netns: string, name: string) => ({ netns, name, alias: `weft ${lab} ${netns}:${name} -- x:x`, up: true });
const pair = (a: string, b: string, name = 'eth0'): KernelOp => ({ op: 'veth-add', a: end(a, name), b: end(b, name), mtu: 1500 });

describe.skipIf(process.getuid?.() !== 0).each(['root', 'user'] as const)('the watch on interfaces of %s', (holder) => {
  let sandbox: TestSandbox;
  let kernel: Kernel;
  let sights: InterfaceSight[] = [];

  const inside = (...argv: readonly string[]) =>
    execFileSync(sandbox.inPanel[0] ?? '', [...sandbox.inPanel.slice(1), ...argv], { encoding: 'utf8' });
  const ip = (...words: readonly string[]) => inside('ip', ...words);
  const made = async (...ops: readonly KernelOp[]) => expect((await kernel.run(ops)).filter(Boolean)).toEqual([]);
  const told = (netns: string, name = 'eth0') => sights.filter((sight) => sight.netns === netns && sight.name === name);
  const last = (netns: string, name = 'eth0') => told(netns, name).at(-1);

  beforeAll(async () => {
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start(lab);
    kernel.onInterfaces((news) => sights.push(...news));
    await made(...['n1', 'n2', 'n3'].map((netns) => ({ op: 'netns-add', netns }) as const), pair('n1', 'n2'));
    await until(() => last('n1') !== undefined && last('n2') !== undefined, 'a first sight');
  });

  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
  });

  it('tells what operations have made, once, as it became', () => {
    const became = { name: 'eth0', up: true, carrier: true, gone: false };
    expect(sights).toHaveLength(2);
    expect(last('n1')).toEqual({ netns: 'n1', alias: `weft ${lab} n1:eth0 -- x:x`, ...became });
    expect(last('n2')).toEqual({ netns: 'n2', alias: `weft ${lab} n2:eth0 -- x:x`, ...became });
  });

  it('tells what a node does to its interface, and what the other end sees of it', async () => {
    ip('-n', 'n1', 'link', 'set', 'eth0', 'down');
    await until(() => last('n1')?.up === false && last('n2')?.carrier === false, 'both ends to be told');
    expect(last('n2')).toMatchObject({ up: true, gone: false });
    ip('-n', 'n1', 'link', 'set', 'eth0', 'up');
    await until(() => last('n1')?.carrier === true && last('n2')?.carrier === true, 'both ends to be up');
  });

  it('tells of wires that come and go while the lab runs, and of renamed interfaces', async () => {
    await made(pair('n1', 'n3', 'eth1'));
    await until(() => last('n3', 'eth1')?.carrier === true, 'the new wire');
    ip('-n', 'n3', 'link', 'set', 'eth1', 'name', 'wan');
    await until(() => last('n3', 'eth1')?.gone === true && last('n3', 'wan') !== undefined, 'the new name');
    await made({ op: 'link-delete', netns: 'n1', name: 'eth1' });
    await until(() => last('n1', 'eth1')?.gone === true && last('n3', 'wan')?.gone === true, 'both ends to be gone');
  });

  it('says nothing of interfaces without our mark, nor of changes that nobody asked for', async () => {
    const before = sights.length;
    ip('-n', 'n1', 'link', 'add', 'other', 'type', 'bridge');
    ip('-n', 'n1', 'link', 'set', 'other', 'up');
    ip('-n', 'n1', 'link', 'set', 'eth0', 'mtu', '1400');
    ip('-n', 'n1', 'link', 'set', 'lo', 'down');
    ip('-n', 'n2', 'link', 'set', 'eth0', 'down');
    await until(() => last('n2')?.up === false, 'the last of it');
    expect(sights.slice(before).filter(({ name, up }) => name !== 'eth0' || (up && sights.length < before))).toEqual([]);
    ip('-n', 'n2', 'link', 'set', 'eth0', 'up');
    await until(() => last('n2')?.carrier === true, 'it to be up again');
  });

  it('knows a namespace that was made anew under the same name', async () => {
    await made({ op: 'netns-delete', netns: 'n2' });
    await until(() => last('n1')?.gone === true, 'the wire to go with its namespace');
    await made({ op: 'netns-add', netns: 'n2' }, pair('n1', 'n2'));
    await until(() => last('n2')?.carrier === true && last('n2')?.gone === false, 'the new namespace');
    ip('-n', 'n2', 'link', 'set', 'eth0', 'down');
    await until(() => last('n2')?.up === false, 'a change in it');
    ip('-n', 'n2', 'link', 'set', 'eth0', 'up');
    await until(() => last('n2')?.carrier === true && last('n1')?.carrier === true, 'both ends to be up again');
  });

  it('finds out what is when more happened than the kernel keeps for it', async () => {
    const worker = workerOf(process.pid);
    process.kill(worker, 'SIGSTOP');
    let lost = 0;
    try {
      const many = Array.from({ length: 9000 }, (_, at) => `link set dev eth0 txqueuelen ${100 + at}`);
      execFileSync(sandbox.inPanel[0] ?? '', [...sandbox.inPanel.slice(1), 'ip', '-n', 'n1', '-batch', '-'], {
        input: `${many.join('\n')}\nlink set dev eth0 down\n`,
      });
      lost = Math.max(
        ...inside('cat', '/proc/net/netlink')
          .split('\n')
          .slice(1)
          .map((line) => Number(line.trim().split(/\s+/)[8] ?? 0)),
      );
    } finally {
      // nsenter(1) stops with its child.
      for (const pid of descendantsOf(process.pid)) process.kill(pid, 'SIGCONT');
    }
    expect(lost).toBeGreaterThan(0);
    await until(() => last('n1')?.up === false && last('n2')?.carrier === false, 'what became of it');
    ip('-n', 'n1', 'link', 'set', 'eth0', 'up');
    await until(() => last('n1')?.carrier === true && last('n2')?.carrier === true, 'later changes');
  });

  it('tells all that it sees again after it was killed', async () => {
    sights = [];
    process.kill(workerOf(process.pid), 'SIGKILL');
    await until(() => last('n1') !== undefined && last('n2') !== undefined, 'the next worker');
    ip('-n', 'n1', 'link', 'set', 'eth0', 'down');
    await until(() => last('n1')?.up === false, 'a change');
  });

  it.runIf(holder === 'root')('watches the machine’s own ends of the lab’s wires', async () => {
    await made({
      op: 'veth-add',
      a: { ...end(HOST, 'wlwatch0'), alias: `weft ${lab} host:wlwatch0 -- n3:up0` },
      b: end('n3', 'up0'),
      mtu: 1500,
    });
    try {
      await until(() => last(HOST, 'wlwatch0')?.carrier === true, 'the machine’s end');
      ip('-n', 'n3', 'link', 'set', 'up0', 'down');
      await until(() => last(HOST, 'wlwatch0')?.carrier === false, 'its loss of carrier');
    } finally {
      await made({ op: 'link-delete', netns: HOST, name: 'wlwatch0' });
    }
    await until(() => last(HOST, 'wlwatch0')?.gone === true, 'its end');
  });
});

/** The kernel worker that a process has started, by way of nsenter. */
function workerOf(parent: number): number {
  const worker = descendantsOf(parent).find((pid) => {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words[0] === process.execPath && words.some((word) => word.includes('kernel-worker'));
  });
  if (worker === undefined) throw new Error('no kernel worker runs');
  return worker;
}

function descendantsOf(parent: number): readonly number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}
