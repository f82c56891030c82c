const source = '020000000001';

function frame(destination: string, rest: string, length = 64): Buffer {
  const start = Buffer.from(destination + source + rest, 'hex');
  return Buffer.concat([start, Buffer.from(Array.from({ length: length - start.length }, (_, at) => at & 0xff))]);
}

/** Frames that a bridge would keep to itself or change, by name; each must pass a wire as it is. */
export const telltaleFrames: Readonly<Record<string, Buffer>> = {
  LLDP: frame('0180c200000e', '88cc0207040200000000010403050130'),
  STP: frame('0180c2000000', '0026424203000000000080000200'),
  LACP: frame('0180c2000002', '880901010114'),
  PAUSE: frame('0180c2000001', '88080001ffff'),
  '802.1X': frame('0180c2000003', '888e01010000'),
  VLAN: frame('ffffffffffff', '8100a0640800'),
  'VLAN with priority': frame('020000000002', '8100e0010800'),
  QinQ: frame('020000000002', '88a80064810000c88874'),
  'unknown unicast': frame('0200000000ff', '88b5'),
  '1514 bytes': frame('020000000002', '88b5', 1514),
  '9000 bytes': frame('020000000002', '88b6', 9014),
};
