import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { captureFrame, captureHead } from '../../../test/support/capture-bytes.ts';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { interfaceDescription } from '../../capture/pcapng-blocks.ts';
import { frameIn, PcapngReader } from '../../capture/pcapng-reader.ts';
import { systemClock } from '../../host/clock.ts';
import { systemFiles } from '../../host/files.ts';
import type { CaptureWish } from './captures.ts';
import { FlightRecorder } from './flight-recorder.ts';
import { KeptWish, type RecorderWish } from './recorder-wish.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-recorder-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A recorder, and the streams that it was given, the other ends. */
function recorder() {
  const begun: { readonly wish: CaptureWish; readonly far: ByteStream }[] = [];
  const begin = async (wish: CaptureWish) => {
    const [near, far] = await streamPair();
    begun.push({ wish, far });
    far.write(captureHead(wish.ports));
    return near;
  };
  const kept = new KeptWish(systemFiles, `${folder}/recorder.json`, (untrusted) => untrusted as RecorderWish);
  return { begun, recorder: new FlightRecorder({ captures: { begin }, clock: systemClock, log: () => undefined, kept }) };
}

function shown(pieces: readonly Uint8Array[]): string[] {
  const reader = new PcapngReader();
  const names: string[] = [];
  return [...reader.push(Buffer.concat(pieces))].flatMap((block) => {
    if (block.kind === 'interface') names.push(block.name);
    if (block.kind !== 'packet') return [];
    const { time, bytes } = frameIn(block);
    return [`${time.seconds} ${names[block.interface]} ${bytes[0]}`];
  });
}

const frame = (port: number, seconds: number, length = 60) =>
  captureFrame({ interface: port, seconds, bytes: new Uint8Array(length).fill(seconds) });
const wish = { ports: ['a:e0', 'b:e0'], all: false, size: 8192, snaplen: 0 };

it('gives the past of all ports in the order of time, or that of some', async () => {
  const { recorder: own, begun } = recorder();
  await own.on(wish);
  for (const [port, seconds] of [
    [1, 2],
    [0, 1],
    [1, 4],
    [0, 3],
  ] as const)
    begun[0]?.far.write(frame(port, seconds));
  await expect.poll(() => own.recording.ports.reduce((sum, { frames }) => sum + frames, 0)).toBe(4);
  expect(shown(own.dump([]))).toEqual(['1 a:e0 1', '2 b:e0 2', '3 a:e0 3', '4 b:e0 4']);
  expect(shown(own.dump(['b:e0']))).toEqual(['2 b:e0 2', '4 b:e0 4']);
  expect(() => own.dump(['c:e0'])).toThrow('c:e0 is not recorded');
  await own.off();
  expect(own.recording).toEqual({ on: false, size: 0, ports: [] });
  expect(() => own.dump([])).toThrow('the flight recorder is off');
});

it('keeps the newest within its memory, port by port', async () => {
  const { recorder: own, begun } = recorder();
  await own.on(wish);
  begun[0]?.far.write(frame(1, 1));
  for (let seconds = 1; seconds <= 40; seconds++) begun[0]?.far.write(frame(0, seconds, 1000));
  await expect.poll(() => shown(own.dump(['a:e0'])).at(-1)).toBe('40 a:e0 40');
  expect(shown(own.dump([])).slice(0, 2)).toEqual(['1 b:e0 1', '34 a:e0 34']);
  for (const { bytes } of own.recording.ports) expect(bytes).toBeLessThanOrEqual(wish.size);
  await own.off();
});

it('keeps what it has of ports that it goes on with', async () => {
  const { recorder: own, begun } = recorder();
  await own.on(wish);
  begun[0]?.far.write(frame(0, 1));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1']);
  await own.on({ ...wish, ports: ['c:e0', 'a:e0'] });
  begun[1]?.far.write(frame(1, 2));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1', '2 a:e0 2']);
  await own.off();
});

it('keeps each frame once while one capture takes over from another', async () => {
  const { recorder: own, begun } = recorder();
  await own.on(wish);
  begun[0]?.far.write(frame(0, 1));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1']);
  await own.on({ ...wish, ports: ['a:e0'] });
  begun[1]?.far.write(Buffer.concat([frame(0, 1), frame(0, 2), frame(0, 2)]));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1', '2 a:e0 2', '2 a:e0 2']);
  await own.off();
});

it('takes in ports that are described later, and shares its memory out anew', async () => {
  const { recorder: own, begun } = recorder();
  const size = 96 * 1024 * 1024;
  await own.on({ ports: ['a:e0'], all: true, size, snaplen: 0 });
  begun[0]?.far.write(frame(0, 1));
  const later = ['b:e0', 'c:e0'].map((port) => interfaceDescription(port, 0));
  begun[0]?.far.write(Buffer.concat([...later, frame(2, 3), frame(1, 2)]));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1', '2 b:e0 2', '3 c:e0 3']);
  expect(begun[0]?.wish.all).toBe(true);
  // Of 256 MiB, as four ports would share them.
  expect(own.recording.size).toBe(64 * 1024 * 1024);
  await own.off();
});

it('records on after an engine that was killed, where its ports are still there', async () => {
  const killed = recorder();
  await killed.recorder.on({ ...wish, all: true });
  killed.recorder.close();
  const { recorder: own, begun } = recorder();
  await own.resume(['b:e0', 'c:e0']);
  expect(begun.map(({ wish }) => wish)).toEqual([{ ports: ['b:e0'], all: true, filter: '', snaplen: 0 }]);
  expect(own.recording.on).toBe(true);
  await own.off();
  const next = recorder();
  await next.recorder.resume(['b:e0']);
  writeFileSync(join(folder, 'recorder.json'), '{"ports":');
  await next.recorder.resume(['b:e0']);
  expect(next.recorder.recording.on).toBe(false);
});

it('begins anew when the capture breaks off', async () => {
  const { recorder: own, begun } = recorder();
  await own.on(wish);
  begun[0]?.far.write(frame(0, 1));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1']);
  begun[0]?.far.close();
  await expect.poll(() => begun.length).toBe(2);
  expect(begun[1]?.wish).toEqual(begun[0]?.wish);
  begun[1]?.far.write(frame(0, 2));
  await expect.poll(() => shown(own.dump([]))).toEqual(['1 a:e0 1', '2 a:e0 2']);
  await own.off();
});
