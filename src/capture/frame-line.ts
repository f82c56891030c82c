import type { CapturedFrame, FrameTime } from './captured-frame.ts';
import { describeArp } from './describe-arp.ts';
import { describeIpv4, describeIpv6 } from './describe-ip.ts';
import { etherTypeName } from './ether-types.ts';
import { FrameReader } from './frame-reader.ts';

const ARROWS = { in: 'In ', out: 'Out' };

/** IEEE 802.1Q: C-tags, S-tags, and the older number of some bridges. */
const TAGS: ReadonlySet<number> = new Set([0x8100, 0x88a8, 0x9100]);
/** Smaller numbers are lengths of IEEE 802.3, followed by LLC. */
const FIRST_TYPE = 0x0600;

/**
 * A frame on one line: time, NODE:PORT, direction as the node sees it, addresses, VLAN tags, what it carries, length. `zone` is minutes
 * east of UTC.
 */
export function frameLine(frame: CapturedFrame, port: string, zone: number): string {
  const arrow = frame.direction === undefined ? '   ' : ARROWS[frame.direction];
  return `${timeOfDay(frame.time, zone)} ${port} ${arrow} ${describeFrame(frame.bytes)}, length ${frame.length}`;
}

function timeOfDay({ seconds, nanoseconds }: FrameTime, zone: number): string {
  const day = (((seconds + zone * 60) % 86_400) + 86_400) % 86_400;
  const two = (value: number) => String(value).padStart(2, '0');
  const fraction = String(Math.floor(nanoseconds / 1000)).padStart(6, '0');
  return `${two(Math.floor(day / 3600))}:${two(Math.floor(day / 60) % 60)}:${two(day % 60)}.${fraction}`;
}

/** A frame that breaks off is told as far as it goes. */
function describeFrame(bytes: Uint8Array): string {
  const frame = new FrameReader(bytes);
  const destination = frame.mac(0);
  const source = frame.mac(6);
  if (destination === undefined || source === undefined) return 'cut off';
  let at = 12;
  const parts = [`${source} > ${destination}`];
  let type = frame.u16(at);
  while (type !== undefined && TAGS.has(type)) {
    const tag = frame.u16(at + 2);
    if (tag === undefined) break;
    parts.push(`${type === 0x8100 ? 'vlan' : 'svlan'} ${tag & 0xfff}${tag >> 13 > 0 ? ` p ${tag >> 13}` : ''}`);
    at += 4;
    type = frame.u16(at);
  }
  parts.push(type === undefined ? 'cut off' : describePayload(type, frame.from(at + 2)));
  return parts.join(', ');
}

function describePayload(type: number, payload: FrameReader): string {
  switch (type) {
    case 0x0800:
      return describeIpv4(payload);
    case 0x86dd:
      return describeIpv6(payload);
    case 0x0806:
      return describeArp(payload);
    default:
      return type < FIRST_TYPE ? describeLlc(payload) : etherTypeName(type);
  }
}

/** IEEE 802.2: service access points. */
function describeLlc(payload: FrameReader): string {
  const points = payload.u16(0);
  if (points === 0x4242) return 'STP';
  if (points === 0xfefe) return 'IS-IS';
  return points === undefined ? 'LLC' : `LLC 0x${points.toString(16).padStart(4, '0')}`;
}
