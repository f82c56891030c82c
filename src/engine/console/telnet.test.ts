import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeTelnet, encodeTelnet, TELNET_START } from './telnet.ts';

function decode(bytes: Uint8Array, mode: 'line-ends' | 'as-sent', cuts: readonly number[] = []) {
  const places = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  const data: number[] = [];
  const replies: number[] = [];
  let state = TELNET_START;
  places.forEach((end, index) => {
    const input = decodeTelnet(state, bytes.subarray(places[index - 1] ?? 0, end), mode);
    state = input.state;
    data.push(...input.data);
    replies.push(...input.replies);
  });
  return { state, data, replies };
}

const text = (words: string) => [...new TextEncoder().encode(words)];

describe('telnet', () => {
  it('brings any bytes back unchanged, however the stream is cut', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.nat()), (bytes, cuts) => {
        expect(decode(encodeTelnet(bytes), 'as-sent', cuts)).toEqual({ state: TELNET_START, data: [...bytes], replies: [] });
      }),
    );
  });

  it('means the same however the stream is cut, whatever the bytes', () => {
    const byte = fc.oneof(fc.constantFrom(255, 250, 240, 251, 253, 13, 10, 0), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(byte),
        fc.array(fc.nat()),
        fc.constantFrom('line-ends' as const, 'as-sent' as const),
        (bytes, cuts, mode) => {
          expect(decode(Uint8Array.from(bytes), mode, cuts)).toEqual(decode(Uint8Array.from(bytes), mode));
        },
      ),
    );
  });

  it('hears one Return, however the client sends it', () => {
    expect(decode(Uint8Array.from(text('a\r\nb\r\0c\rd\r\r\n\n')), 'line-ends').data).toEqual(text('a\rb\rc\rd\r\r\n'));
    expect(decode(Uint8Array.from(text('a\r\n')), 'as-sent').data).toEqual(text('a\r\n'));
  });

  it('takes commands and subnegotiations out', () => {
    const bytes = [65, 255, 250, 31, 0, 80, 255, 255, 0, 24, 255, 240, 66, 255, 241, 67, 255, 255, 68];
    expect(decode(Uint8Array.from(bytes), 'line-ends').data).toEqual([65, 66, 67, 255, 68]);
  });

  it('declines what it did not offer, and answers no answer', () => {
    const asked = [255, 251, 24, 255, 253, 31, 255, 253, 1, 255, 253, 3, 255, 252, 5, 255, 254, 6];
    expect(decode(Uint8Array.from(asked), 'line-ends').replies).toEqual([255, 254, 24, 255, 252, 31]);
  });
});
