import { describeTransport } from './describe-transport.ts';
import type { FrameReader } from './frame-reader.ts';

/** Headers between IPv6 and what it carries that say only where the next one is (RFC 8200, section 4). */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, 60]);

/** RFC 791 */
export function describeIpv4(packet: FrameReader): string {
  const [first, protocol, fragment] = [packet.u8(0), packet.u8(9), packet.u16(6)];
  const [source, destination] = [packet.ipv4(12), packet.ipv4(16)];
  if (first === undefined || protocol === undefined || source === undefined || destination === undefined) return 'IPv4 cut off';
  const offset = ((fragment ?? 0) & 0x1fff) * 8;
  if (offset > 0) return `${source} > ${destination}: fragment at ${offset}`;
  return describeTransport({ version: 4, protocol, source, destination, payload: packet.from((first & 0x0f) * 4) });
}

/** RFC 8200 */
export function describeIpv6(packet: FrameReader): string {
  const [source, destination] = [packet.ipv6(8), packet.ipv6(24)];
  let protocol = packet.u8(6);
  if (protocol === undefined || source === undefined || destination === undefined) return 'IPv6 cut off';
  let at = 40;
  while (EXTENSIONS.has(protocol)) {
    const [next, length]: (number | undefined)[] = [packet.u8(at), packet.u8(at + 1)];
    if (next === undefined || length === undefined) return `${source} > ${destination}: cut off`;
    at += 8 + length * 8;
    protocol = next;
  }
  return describeTransport({ version: 6, protocol, source, destination, payload: packet.from(at) });
}
