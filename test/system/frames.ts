import { testFrames } from '../../src/conformance/test-frames.ts';

function frame(start: string, length = 64): Buffer {
  const bytes = Buffer.from(start, 'hex');
  return Buffer.concat([bytes, Buffer.from(Array.from({ length: length - bytes.length }, (_, at) => at & 0xff))]);
}

/** Frames that a bridge would keep to itself or change, by name; each must pass a wire as it is. */
export const telltaleFrames: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(testFrames({ run: 0, way: 0, jumbo: 9000 }).map(({ name, bytes }) => [name, Buffer.from(bytes)])),
  'broadcast with VLAN and priority': frame('ffffffffffff0200000000018100e0010800'),
  '1514 bytes': frame('02000000000202000000000188b5', 1514),
};
