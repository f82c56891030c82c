import { expect, it } from 'vitest';
import { captureFrame, captureHead, captureTail } from '../../../test/support/capture-bytes.ts';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteSink } from '../../boundary/byte-sink.ts';
import { HostError } from '../../boundary/host-error.ts';
import { type CaptureGoal, CaptureTaker } from './capture-taker.ts';

const ports = ['a:e0', 'b:e0'];
const head = captureHead(ports);
const tail = captureTail(ports, 3);
const frames = Array.from({ length: 5 }, (_, at) => captureFrame({ interface: at % 2, seconds: at, bytes: new Uint8Array(60) }));

/** A sink that keeps all, and takes a piece at a time where it is slow. */
function sink(slow = false) {
  const written: Buffer[] = [];
  const listeners: { drain?: () => void; failure?: (failure: Error) => void } = {};
  const own: ByteSink = {
    write: (bytes) => {
      written.push(Buffer.from(bytes));
      if (slow) setImmediate(() => listeners.drain?.());
      return !slow;
    },
    onDrain: (listener) => {
      listeners.drain = listener;
    },
    onFailure: (listener) => {
      listeners.failure = listener;
    },
    end: () => Promise.resolve(),
  };
  return { own, written, fail: (failure: Error) => listeners.failure?.(failure) };
}

const goal: CaptureGoal = { form: 'pcapng', count: Number.POSITIVE_INFINITY, zone: () => 0 };

it.each([false, true])('passes pcapng on as it comes, and counts (slow reader: %s)', async (slow) => {
  const [near, far] = await streamPair();
  const { own, written } = sink(slow);
  const taker = new CaptureTaker(near, own, goal);
  const result = taker.run();
  far.onData(() => {
    far.write(tail);
    far.close();
  });
  for (const piece of [head, ...frames]) far.write(piece);
  await expect.poll(() => Buffer.concat(written).length).toBe(Buffer.concat([head, ...frames]).length);
  taker.stop();
  taker.stop();
  expect(await result).toEqual({ frames: 5, dropped: 6, interfaces: 2, complete: true, asked: true });
  expect(Buffer.concat(written)).toEqual(Buffer.concat([head, ...frames, tail]));
});

it('stops by itself after so many frames, and keeps the counts', async () => {
  const [near, far] = await streamPair();
  const { own, written } = sink();
  const result = new CaptureTaker(near, own, { ...goal, count: 2 }).run();
  far.onData(() => {
    far.write(Buffer.concat([...frames.slice(4), tail]));
    far.close();
  });
  far.write(Buffer.concat([head, ...frames.slice(0, 4)]));
  expect(await result).toMatchObject({ frames: 2, complete: true });
  expect(Buffer.concat(written)).toEqual(Buffer.concat([head, ...frames.slice(0, 2), tail]));
});

it('tells frames as lines', async () => {
  const [near, far] = await streamPair();
  const { own, written } = sink();
  const result = new CaptureTaker(near, own, { ...goal, form: 'lines', zone: () => 60 }).run();
  far.write(Buffer.concat([head, ...frames.slice(0, 2), tail]));
  far.close();
  expect(await result).toMatchObject({ frames: 2, complete: true, asked: false });
  const macs = '00:00:00:00:00:00 > 00:00:00:00:00:00';
  expect(Buffer.concat(written).toString()).toBe(
    `01:00:00.000000 a:e0 In  ${macs}, LLC 0x0000, length 60\n01:00:01.000000 b:e0 In  ${macs}, LLC 0x0000, length 60\n`,
  );
});

it('says that a capture broke off', async () => {
  const [near, far] = await streamPair();
  const result = new CaptureTaker(near, sink().own, goal).run();
  far.write(Buffer.concat([head, ...frames]));
  far.close();
  expect(await result).toEqual({ frames: 5, dropped: 0, interfaces: 2, complete: false, asked: false });
});

it('ends when nothing more can be written', async () => {
  const [near, far] = await streamPair();
  const { own, written, fail } = sink();
  const result = new CaptureTaker(near, own, goal).run();
  far.write(head);
  await expect.poll(() => written.length).toBe(1);
  fail(new HostError('ENOSPC', 'cannot write x: no space left'));
  await expect(result).rejects.toThrow('no space left');
});
