import { expect, it } from 'vitest';
import { kernelFilter, parseFilter, passes } from './packet-filter.ts';

/** Printed by `tcpdump -ddd -y EN10MB EXPRESSION` (tcpdump 4.99.3, libpcap 1.10.3). */
const programs = {
  icmp: '6\n40 0 0 12\n21 0 3 2048\n48 0 0 23\n21 0 1 1\n6 0 0 262144\n6 0 0 0',
  'vlan 10 and ip':
    '11\n40 0 0 12\n21 2 0 33024\n21 1 0 34984\n21 0 6 37120\n40 0 0 14\n84 0 0 4095\n21 0 3 10\n40 0 0 16\n21 0 1 2048\n6 0 0 100\n6 0 0 0',
  'tcp dst port 80 and greater 60':
    '13\n128 0 0 0\n53 0 10 60\n40 0 0 12\n21 0 8 2048\n48 0 0 23\n21 0 6 6\n40 0 0 20\n69 4 0 8191\n177 0 0 14\n72 0 0 16\n21 0 1 80\n6 0 0 262144\n6 0 0 0',
} as const;

const ethernet = '02000000000202000000 0001'.replace(' ', '');
const ipv4 = (protocol: string, rest: string) =>
  `4500002800004000 40${protocol}0000 0a000001 0a000002 ${rest}`.replaceAll(' ', '');
const frames = {
  ping: `${ethernet}0800${ipv4('01', '0800')}`,
  'tagged ping': `${ethernet}8100000a0800${ipv4('01', '0800')}`,
  'ping in VLAN 11': `${ethernet}8100000b0800${ipv4('01', '0800')}`,
  'a segment for port 80': `${ethernet}0800${ipv4('06', '12340050')}${'00'.repeat(40)}`,
  'a segment for port 81': `${ethernet}0800${ipv4('06', '12340051')}${'00'.repeat(40)}`,
  ARP: `${ethernet}0806`,
  'a piece of a frame': ethernet,
};

function passing(program: string): string[] {
  const filter = parseFilter(program) ?? [];
  return Object.entries(frames).flatMap(([name, hex]) => {
    const bytes = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return passes(filter, bytes, bytes.length) ? [name] : [];
  });
}

it.each([
  ['icmp', ['ping']],
  ['vlan 10 and ip', ['tagged ping']],
  ['tcp dst port 80 and greater 60', ['a segment for port 80']],
] as const)('decides as the kernel does: %s', (expression, expected) => {
  expect(passing(programs[expression])).toEqual(expected);
});

it.each([
  ['addition', '5\n0 0 0 4294967295\n4 0 0 3\n21 0 1 2\n6 0 0 1\n6 0 0 0'],
  ['subtraction', '5\n0 0 0 1\n20 0 0 2\n21 0 1 4294967295\n6 0 0 1\n6 0 0 0'],
  ['a shift', '5\n0 0 0 2147483649\n100 0 0 1\n21 0 1 2\n6 0 0 1\n6 0 0 0'],
  ['memory', '6\n0 0 0 7\n2 0 0 3\n0 0 0 0\n97 0 0 3\n135 0 0 0\n22 0 0 0'],
])('calculates in unsigned words: %s', (_, program) => {
  expect(passing(program)).toEqual(Object.keys(frames));
});

it('refuses what divides by nothing', () => {
  expect(passing('4\n0 0 0 1\n1 0 0 0\n60 0 0 0\n6 0 0 1')).toEqual([]);
});

it('lets every frame through whose tag the kernel keeps elsewhere', () => {
  const filter = kernelFilter(parseFilter(programs.icmp), 96) ?? [];
  expect(filter.slice(0, 3)).toEqual([
    { code: 48, whenTrue: 0, whenFalse: 0, operand: 0xfffff030 },
    { code: 21, whenTrue: 1, whenFalse: 0, operand: 0 },
    { code: 6, whenTrue: 0, whenFalse: 0, operand: 0xffffffff },
  ]);
  expect(filter.slice(3).map(({ code, operand }) => (code === 6 ? operand : -1))).toEqual([-1, -1, -1, -1, 96, 0]);
  expect(kernelFilter(undefined, 96)).toEqual([{ code: 6, whenTrue: 0, whenFalse: 0, operand: 96 }]);
  expect(kernelFilter(undefined, 0)).toBeUndefined();
});

it.each(['', '2\n6 0 0 1', '1\n6 0 0', 'syntax error'])('takes nothing else for a program: %j', (text) => {
  expect(parseFilter(text)).toBeUndefined();
});
