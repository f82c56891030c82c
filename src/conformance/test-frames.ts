/** A frame that a transparent wire carries as it is, and that other things in its place would keep or change. */
export interface TestFrame {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Ethernet: two addresses and a type; the least that is sent without the checksum. */
const HEADER = 14;
const SHORTEST = 60;
/** The largest jumbo packet that is tried. */
const JUMBO = 9000;

/** 02:77:65:66:74:NN: local addresses (IEEE 802, 8.2.2) that spell our name, and that no node has. */
const SOURCE = '027765667400';
const NOBODY = '027765667401';

/**
 * Destination, and what follows the source. Each is what its standard defines, and says nothing that a node at the other end would act on:
 * an LLDP neighbour that leaves, a BPDU of an unknown protocol, a PAUSE of no time. 88b5 is the type for experiments (IEEE 802, 9.2.4).
 */
const FRAMES: readonly (readonly [name: string, destination: string, rest: string])[] = [
  ['plain', NOBODY, '88b5'],
  ['LLDP', '0180c200000e', `88cc020704${SOURCE}0403077766060200000000`],
  ['STP', '0180c2000000', '0026424203ffff0000000000'],
  ['LACP', '0180c2000002', '880901010000'],
  ['PAUSE', '0180c2000001', '880800010000'],
  ['802.1X', '0180c2000003', '888e01040000'],
  ['VLAN', NOBODY, '8100006488b5'],
  ['QinQ', NOBODY, '88a800648100000c88b5'],
  ['jumbo', NOBODY, '88b5'],
];

/** How large the jumbo packet may be on a link whose nodes may send `mtu` bytes. */
export function jumboSize(mtu: number): number {
  return Math.min(mtu, JUMBO);
}

/** The frames of one way through a wire, each with a mark of its own in it: `run` tells this test from others, `way` this way from the other ones. */
export function testFrames({ run, way, jumbo }: { run: number; way: number; jumbo: number }): readonly TestFrame[] {
  return FRAMES.map(([name, destination, rest], at) => {
    const start = bytesOf(destination + SOURCE + rest);
    const marked = [...start, ...frameMark(run, way, at)];
    const length = name === 'jumbo' ? HEADER + jumbo : Math.max(SHORTEST, marked.length);
    const padding = Array.from({ length: Math.max(0, length - marked.length) }, (_, count) => count & 0xff);
    return { name, bytes: Uint8Array.from([...marked, ...padding]) };
  });
}

/** Twelve bytes. */
export function frameMark(run: number, way: number, frame: number): Uint8Array {
  return Uint8Array.from([...bytesOf('77656674'), ...big(run), ...big((way * 256 + frame) >>> 0)]);
}

/** What the marks of all frames of one way begin with. */
export function wayMark(run: number, way: number): Uint8Array {
  return frameMark(run, way, 0).subarray(0, 11);
}

function big(number: number): number[] {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
}

function bytesOf(hexadecimal: string): number[] {
  return (hexadecimal.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}
