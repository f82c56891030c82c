import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, joinBytes, textOf } from './byte-string.ts';
import { unpackLz4Legacy } from './lz4-legacy.ts';

const MAGIC = [0x02, 0x21, 0x4c, 0x18];

function frame(...blocks: Uint8Array[]): Uint8Array {
  const size = (block: Uint8Array): Uint8Array => new Uint8Array(new Uint32Array([block.length]).buffer);
  return joinBytes([new Uint8Array(MAGIC), ...blocks.flatMap((block) => [size(block), block])]);
}

function literals(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 15) return joinBytes([new Uint8Array([bytes.length << 4]), bytes]);
  const rest = bytes.length - 15;
  return joinBytes([new Uint8Array([0xf0, ...new Array<number>(Math.floor(rest / 255)).fill(255), rest % 255]), bytes]);
}

describe('unpackLz4Legacy', () => {
  it('copies literals of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 900 }), (bytes) => {
        expect(unpackLz4Legacy(frame(literals(bytes), literals(bytes)))).toEqual(joinBytes([bytes, bytes]));
      }),
    );
  });

  it('repeats what it has written, also overlapping, and ignores what follows the last block', () => {
    const block = joinBytes([new Uint8Array([0x2f]), bytesOf('ab'), new Uint8Array([2, 0, 1, 0x10]), bytesOf('c')]);
    const unpacked = unpackLz4Legacy(joinBytes([frame(block), new Uint8Array([9, 9, 9, 9])]));
    expect(textOf(unpacked ?? new Uint8Array())).toBe(`${'ab'.repeat(11)}c`);
  });

  it('is undefined for other data and for a distance that leads nowhere', () => {
    expect(unpackLz4Legacy(bytesOf('not packed'))).toBeUndefined();
    expect(unpackLz4Legacy(frame(new Uint8Array([0x10, 65, 9, 0])))).toBeUndefined();
  });
});
