import type { FrameReader } from './frame-reader.ts';

/** RFC 826, for IPv4 over Ethernet. */
export function describeArp(packet: FrameReader): string {
  const operation = packet.u16(6);
  const [senderMac, sender, target] = [packet.mac(8), packet.ipv4(14), packet.ipv4(24)];
  if (target === undefined) return 'ARP';
  if (operation === 1) return `ARP who-has ${target} tell ${sender}`;
  return operation === 2 ? `ARP ${sender} is-at ${senderMac}` : `ARP operation ${operation}`;
}
