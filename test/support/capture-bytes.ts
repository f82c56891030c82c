import {
  interfaceDescription,
  interfaceStatistics,
  packetBlockLength,
  sectionHeader,
  writePacket,
} from '../../src/capture/pcapng-blocks.ts';

/** A frame of a capture that a test makes up. */
export interface MadeFrame {
  readonly interface: number;
  readonly seconds: number;
  readonly bytes: Uint8Array;
}

/** How a capture of these ports begins. */
export function captureHead(ports: readonly string[]): Uint8Array {
  return Buffer.concat([sectionHeader('test'), ...ports.map((port) => interfaceDescription(port, 0))]);
}

export function captureFrame({ interface: number, seconds, bytes }: MadeFrame): Uint8Array {
  const block = new Uint8Array(packetBlockLength(bytes.length));
  const at = writePacket(new DataView(block.buffer), 0, {
    interface: number,
    time: { seconds, nanoseconds: 0 },
    direction: 'in',
    kept: bytes.length,
    length: bytes.length,
  });
  block.set(bytes, at);
  return block;
}

/** How a capture of these ports ends, with so many frames dropped at each. */
export function captureTail(ports: readonly string[], dropped: number): Uint8Array {
  return Buffer.concat(ports.map((_, at) => interfaceStatistics(at, { seconds: 9, nanoseconds: 0 }, { received: 0, dropped })));
}
