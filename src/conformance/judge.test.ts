import { describe, expect, it } from 'vitest';
import { judge } from './judge.ts';
import { jumboSize, testFrames, wayMark } from './test-frames.ts';

const run = 7;
const frames = testFrames({ run, way: 3, jumbo: 1500 });
const verdicts = (seen: readonly Uint8Array[]) =>
  Object.fromEntries(judge(frames, seen, { run, way: 3 }).map(({ frame, verdict }) => [frame, verdict]));
const bytesOf = (name: string): Uint8Array => frames.find((frame) => frame.name === name)?.bytes ?? new Uint8Array();
const all = frames.map(({ bytes }) => bytes);

describe('the frames of a conformance test', () => {
  it('are whole frames of their kinds, each with a mark of its own', () => {
    expect(frames.map(({ name }) => name)).toEqual(['plain', 'LLDP', 'STP', 'LACP', 'PAUSE', '802.1X', 'VLAN', 'QinQ', 'jumbo']);
    for (const { bytes } of frames) expect(bytes.length).toBeGreaterThanOrEqual(60);
    expect(bytesOf('jumbo').length).toBe(1514);
    const texts = all.map((bytes) => Buffer.from(bytes).toString('hex'));
    for (const text of texts) expect(text).toContain(Buffer.from(wayMark(run, 3)).toString('hex'));
    expect(new Set(texts).size).toBe(frames.length);
    expect(jumboSize(1500)).toBe(1500);
    expect(jumboSize(65521)).toBe(9000);
  });

  it('are ok when each came once, as it was, whatever else came', () => {
    const others = testFrames({ run, way: 4, jumbo: 9000 }).map(({ bytes }) => bytes);
    expect(new Set(Object.values(verdicts([...others, ...all.toReversed(), new Uint8Array(20)])))).toEqual(new Set(['ok']));
  });

  it('are told apart when they are lost, changed or doubled', () => {
    const vlan = bytesOf('VLAN');
    const untagged = Uint8Array.from([...vlan.subarray(0, 12), ...vlan.subarray(16)]);
    const cut = bytesOf('jumbo').subarray(0, 1000);
    const seen = [...all.filter((bytes) => !['VLAN', 'LACP', 'jumbo'].includes(nameOf(bytes))), untagged, cut, bytesOf('plain')];
    expect(verdicts(seen)).toMatchObject({ VLAN: 'changed', jumbo: 'changed', LACP: 'lost', plain: 'doubled', STP: 'ok' });
  });
});

function nameOf(bytes: Uint8Array): string {
  return frames.find((frame) => frame.bytes === bytes)?.name ?? '';
}
