import { readFileSync } from 'node:fs';
import type { Direction } from '../../src/capture/captured-frame.ts';
import { frameIn, PcapngReader } from '../../src/capture/pcapng-reader.ts';
import { ipv6Text } from '../../src/model/ipv6-text.ts';

/** A frame of a capture, and what its IP header says where it has one. */
export interface SeenPacket {
  /** NODE:PORT */
  readonly port: string;
  readonly direction: Direction | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly bytes: Buffer;
  readonly source: string | undefined;
  readonly destination: string | undefined;
  /** Its time to live, or its hop limit. */
  readonly hops: number | undefined;
}

/** What a pcapng file holds until now: a file that is still written may end in the middle of a block. */
export function packetsIn(file: string): readonly SeenPacket[] {
  const names: string[] = [];
  const seen: SeenPacket[] = [];
  for (const block of new PcapngReader().push(readFileSync(file))) {
    if (block.kind === 'interface') names.push(block.name);
    if (block.kind !== 'packet') continue;
    const { bytes, direction, time } = frameIn(block);
    const frame = Buffer.from(bytes);
    seen.push({
      port: names[block.interface] ?? '',
      direction,
      time: time.seconds * 1000 + time.nanoseconds / 1e6,
      bytes: frame,
      ...headerOf(frame),
    });
  }
  return seen;
}

function headerOf(frame: Buffer): Pick<SeenPacket, 'source' | 'destination' | 'hops'> {
  if (frame.length >= 34 && frame.readUInt16BE(12) === 0x0800) {
    return { source: [...frame.subarray(26, 30)].join('.'), destination: [...frame.subarray(30, 34)].join('.'), hops: frame[22] };
  }
  if (frame.length >= 54 && frame.readUInt16BE(12) === 0x86dd) {
    return { source: ipv6At(frame, 22), destination: ipv6At(frame, 38), hops: frame[21] };
  }
  return { source: undefined, destination: undefined, hops: undefined };
}

function ipv6At(frame: Buffer, at: number): string {
  return ipv6Text(Array.from({ length: 8 }, (_, word) => frame.readUInt16BE(at + 2 * word)));
}
