import fc from 'fast-check';
import { expect, it } from 'vitest';
import { interfaceDescription, interfaceStatistics, packetBlockLength, sectionHeader, writePacket } from './pcapng-blocks.ts';
import { frameIn, PcapngReader } from './pcapng-reader.ts';
import { timeOf, timestampOf } from './timestamp.ts';

const time = fc.record({
  seconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});
const packet = fc.record({
  interface: fc.nat(9),
  time,
  direction: fc.constantFrom('in' as const, 'out' as const, undefined),
  bytes: fc.uint8Array({ maxLength: 70 }),
  more: fc.nat(9000),
});

it('splits nanoseconds into words and back', () => {
  fc.assert(
    fc.property(time, (given) => {
      const [high, low] = timestampOf(given);
      expect(BigInt(high) * 2n ** 32n + BigInt(low)).toBe(BigInt(given.seconds) * 1_000_000_000n + BigInt(given.nanoseconds));
      expect(timeOf(high, low)).toEqual(given);
    }),
  );
});

it('reads back what was written, however the bytes are cut', () => {
  const statistics = fc.record({ interface: fc.nat(9), time, received: fc.nat(), dropped: fc.nat() });
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 30 })),
      fc.array(packet),
      statistics,
      fc.array(fc.nat(200)),
      (names, packets, last, cuts) => {
        const written = [
          sectionHeader('weft'),
          ...names.map((name) => interfaceDescription(name, 0)),
          ...packets.map((each) => packetBlock(each)),
          interfaceStatistics(last.interface, last.time, last),
        ];
        const reader = new PcapngReader();
        const read = pieces(written, cuts).flatMap((piece) =>
          [...reader.push(piece)].map((block) => {
            if (block.kind === 'packet') {
              const frame = frameIn(block);
              return { ...frame, interface: block.interface, bytes: Uint8Array.from(frame.bytes) };
            }
            if (block.kind === 'statistics') return { interface: block.interface, ...block.counts };
            return block.kind === 'interface' ? block.name : block.kind;
          }),
        );
        expect(read).toEqual([
          'section',
          ...names,
          ...packets.map(({ more, ...each }) => ({ ...each, length: each.bytes.length + more })),
          { interface: last.interface, received: last.received, dropped: last.dropped },
        ]);
      },
    ),
  );
});

it('leaves nothing of what was in the buffer before', () => {
  const buffer = new Uint8Array(packetBlockLength(5)).fill(0xee);
  const at = writePacket(new DataView(buffer.buffer), 0, {
    interface: 0,
    time: { seconds: 1, nanoseconds: 2 },
    direction: 'in',
    kept: 5,
    length: 5,
  });
  buffer.set([1, 2, 3, 4, 5], at);
  expect([...buffer].includes(0xee)).toBe(false);
});

it('refuses what is no pcapng', () => {
  expect(() => [...new PcapngReader().push(new Uint8Array(16))]).toThrow('pcapng');
});

function packetBlock({ bytes, more, ...rest }: typeof packet extends fc.Arbitrary<infer T> ? T : never): Uint8Array {
  const block = new Uint8Array(packetBlockLength(bytes.length));
  const at = writePacket(new DataView(block.buffer), 0, { ...rest, kept: bytes.length, length: bytes.length + more });
  block.set(bytes, at);
  return block;
}

function pieces(blocks: readonly Uint8Array[], cuts: readonly number[]): Uint8Array[] {
  const all = Uint8Array.from(blocks.flatMap((block) => [...block]));
  const found: Uint8Array[] = [];
  let at = 0;
  for (const cut of cuts) {
    found.push(all.slice(at, at + cut));
    at = Math.min(all.length, at + cut);
  }
  return [...found, all.slice(at)];
}
