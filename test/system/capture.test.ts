import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { CaptureRequest, Kernel, KernelOp } from '../../src/boundary/kernel.ts';
import { compileFilter } from '../../src/engine/capture/compile-filter.ts';
import { systemCommands } from '../../src/host/commands.ts';
import { frameCapture } from './frame-capture.ts';
import { telltaleFrames } from './frames.ts';
import { type Holder, openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';
import { interfacePort } from './wire-ports.ts';

const filters = (await systemCommands.find('tcpdump')) === undefined ? 'tcpdump is missing' : undefined;
if (filters !== undefined) process.stdout.write(`skipped: filters of captures: ${filters}\n`);

const veth: KernelOp = {
  op: 'veth-add',
  a: { netns: 'a', name: 'eth0', alias: 'weft capturetest a:eth0 -- b:eth0', up: true },
  b: { netns: 'b', name: 'eth0', alias: 'weft capturetest b:eth0 -- a:eth0', up: true },
  mtu: 9000,
};
const atA = [{ label: 'a:eth0', view: { netns: 'a', name: 'eth0', entering: 'in' } }] as const;

const sources = new Set(Object.values(telltaleFrames).map((frame) => frame.toString('hex', 6, 12)));

describe.each<Holder>(['root', 'user'])('captures of %s', (holder) => {
  let sandbox: TestSandbox;
  let kernel: Kernel;

  beforeAll(async () => {
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start('capturetest');
  });
  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
  });
  beforeEach(() => run([{ op: 'netns-add', netns: 'a' }, { op: 'netns-add', netns: 'b' }, veth]));
  afterEach(() =>
    run([
      { op: 'link-delete', netns: 'a', name: 'eth0' },
      { op: 'netns-delete', netns: 'a' },
      { op: 'netns-delete', netns: 'b' },
    ]),
  );

  it.skipIf(filters !== undefined).each([
    ['vlan 100', ['VLAN', 'QinQ']],
    ['vlan 100 and vlan 12', ['QinQ']],
    ['not vlan and ether[12:2] >= 0x88b5 and greater 1514', ['jumbo', '1514 bytes']],
    ['ether proto 0x88cc or ether proto 0x888e', ['LLDP', '802.1X']],
  ])('decides about frames as they are on the wire: %s', async (expression, expected) => {
    const filter = await compileFilter(systemCommands, expression);
    expect(await captured({ filter })).toEqual(expected.map((name) => telltaleFrames[name]?.toString('hex')));
  });

  it.each([60, 16, 13])('keeps the first %i bytes, of tagged frames too', async (snaplen) => {
    const frames = Object.values(telltaleFrames);
    expect(await captured({ snaplen })).toEqual(frames.map((frame) => frame.subarray(0, snaplen).toString('hex')));
  });

  it('counts what a reader is too slow for, and gives it the rest in order', async () => {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA, room: 1 });
    capture.hold();
    const frames = Array.from({ length: 3000 }, (_, number) => numbered(number));
    await sendFrom('a', frames);
    const counts = await capture.stop();
    const numbers = capture.seen
      .filter(({ bytes }) => isNumbered(bytes))
      .map(({ bytes }) => Number.parseInt(bytes.slice(28, 36), 16));
    expect(numbers.length).toBeLessThan(frames.length);
    expect(numbers).toEqual([...new Set(numbers)].sort((x, y) => x - y));
    expect(counts['a:eth0']?.dropped).toBeGreaterThan(0);
    expect(counts['a:eth0']?.received).toBe(capture.seen.length + (counts['a:eth0']?.dropped ?? 0));
  });

  it('goes on at an interface that was made anew', async () => {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA });
    await sendFrom('a', [numbered(1)]);
    await run([{ op: 'link-delete', netns: 'a', name: 'eth0' }, veth]);
    const port = await interfacePort([...sandbox.inPanel, 'ip', 'netns', 'exec', 'b'], 'eth0');
    await until(() => {
      port.send(numbered(2));
      return capture.seen.some(({ bytes }) => bytes === numbered(2).toString('hex'));
    }, 'a frame at the new interface');
    await port.close();
    await capture.stop();
    const seen = capture.seen.filter(({ bytes }) => isNumbered(bytes)).map(({ bytes, direction }) => `${direction} ${bytes}`);
    expect([...new Set(seen)]).toEqual([`out ${numbered(1).toString('hex')}`, `in ${numbered(2).toString('hex')}`]);
  });

  it('goes on there even where a frame of the old interface is read together with its end', async () => {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA });
    const inB = [...sandbox.inPanel, 'ip', 'netns', 'exec', 'b'];
    for (let round = 0; round < 15; round++) {
      const port = await interfacePort(inB, 'eth0');
      await until(() => {
        port.send(numbered(round));
        return capture.seen.some(({ bytes }) => bytes === numbered(round).toString('hex'));
      }, `a frame at interface ${round}`);
      for (let more = 0; more < 5; more++) port.send(numbered(1000 + more));
      await run([{ op: 'link-delete', netns: 'a', name: 'eth0' }, veth]);
      await port.close();
    }
    await capture.stop();
  });

  it('takes in more ports while it goes on, also before their interfaces are there', async () => {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA });
    const more = { label: 'b:eth1', view: { netns: 'b', name: 'eth1', entering: 'in' } } as const;
    await kernel.recapture(capture.path, [{ label: 'b:eth0', view: { netns: 'b', name: 'eth0', entering: 'in' } }, more]);
    const [near, far] = [
      { netns: 'b', name: 'eth1', alias: 'weft capturetest b:eth1 -- a:eth1', up: true },
      { netns: 'a', name: 'eth1', alias: 'weft capturetest a:eth1 -- b:eth1', up: true },
    ];
    await run([{ op: 'veth-add', a: near, b: far, mtu: 1500 }]);
    const ports = await Promise.all(
      ['eth0', 'eth1'].map((name) => interfacePort([...sandbox.inPanel, 'ip', 'netns', 'exec', 'a'], name)),
    );
    const seenAt = (port: string) => capture.seen.some((frame) => frame.port === port && isNumbered(frame.bytes));
    await until(() => {
      for (const [at, port] of ports.entries()) port.send(numbered(at));
      return seenAt('a:eth0') && seenAt('b:eth0') && seenAt('b:eth1');
    }, 'frames at all ports');
    for (const port of ports) await port.close();
    expect(Object.keys(await capture.stop())).toEqual(['a:eth0', 'b:eth0', 'b:eth1']);
  });

  it('keeps no deleted namespace alive', async () => {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA });
    await run([{ op: 'netns-delete', netns: 'a' }]);
    await until(async () => !(await kernel.interfaces(['b'])).some(({ name }) => name === 'eth0'), 'the end of the veth pair');
    await capture.stop();
  });

  it('says which interface is not there', async () => {
    const ports = [{ label: 'a:eth9', view: { netns: 'a', name: 'eth9', entering: 'in' } }] as const;
    await expect(frameCapture(kernel, sandbox.folder, { ports })).rejects.toThrow(
      'cannot capture a:eth9: there is no interface eth9',
    );
  });

  /** What a capture at a:eth0 has of all telltale frames, sent by b. */
  async function captured(request: Partial<CaptureRequest>): Promise<readonly string[]> {
    const capture = await frameCapture(kernel, sandbox.folder, { ports: atA, ...request });
    await sendFrom('b', Object.values(telltaleFrames));
    await capture.stop();
    return capture.seen.flatMap(({ bytes }) => (sources.has(bytes.slice(12, 24)) ? [bytes] : []));
  }

  /** Resolves once all have been sent. */
  async function sendFrom(node: 'a' | 'b', frames: readonly Buffer[]): Promise<void> {
    const port = await interfacePort([...sandbox.inPanel, 'ip', 'netns', 'exec', node], 'eth0');
    for (const frame of frames) port.send(frame);
    await port.close();
  }

  async function run(ops: readonly KernelOp[]): Promise<void> {
    expect((await kernel.run(ops)).filter((failure) => failure !== undefined)).toEqual([]);
  }
});

/** Of a type that nothing else sends. */
function numbered(number: number): Buffer {
  const frame = Buffer.alloc(1514);
  frame.write('02000000000202000000000188b9', 0, 'hex');
  frame.writeUInt32BE(number, 14);
  return frame;
}

function isNumbered(bytes: string): boolean {
  return bytes.slice(24, 28) === '88b9';
}
