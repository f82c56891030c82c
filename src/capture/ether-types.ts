/** IEEE 802 EtherTypes that people look for in a lab, by number (IANA, IEEE 802 Numbers). */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x8808, 'PAUSE'],
  [0x8809, 'LACP'],
  [0x8847, 'MPLS'],
  [0x8863, 'PPPoE discovery'],
  [0x8864, 'PPPoE'],
  [0x888e, '802.1X'],
  [0x88cc, 'LLDP'],
  [0x88e5, 'MACsec'],
  [0x88f7, 'PTP'],
  [0x8902, 'CFM'],
]);

export function etherTypeName(type: number): string {
  return NAMES.get(type) ?? `ethertype 0x${type.toString(16).padStart(4, '0')}`;
}
