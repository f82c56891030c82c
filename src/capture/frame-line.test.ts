import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameLine } from './frame-line.ts';

const time = { seconds: 86_400 * 365 + 3723, nanoseconds: 4_005_999 };
const macs = '0200000000bb0200000000aa';

function line(hex: string): string {
  const bytes = Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return frameLine({ time, direction: 'in', bytes, length: bytes.length }, 'a:eth0', 60);
}

const ipv4 = (protocol: string, rest: string) => `0800 4500001c 00004000 40${protocol}0000 0a000001 0a000002 ${rest}`;
const ipv6 = (next: string, rest: string) =>
  `86dd 60000000 0008${next}40 fe800000000000000000000000000001 20010db8000000000001000000000000 ${rest}`;

it.each([
  ['0806 0001080006040001 0200000000aa 0a000001 000000000000 0a000002', 'ARP who-has 10.0.0.2 tell 10.0.0.1, length 42'],
  ['0806 0001080006040002 0200000000aa 0a000001 0200000000bb 0a000002', 'ARP 10.0.0.1 is-at 02:00:00:00:00:aa, length 42'],
  [ipv4('01', '0800 0000 0005 0007'), '10.0.0.1 > 10.0.0.2: ICMP echo request, id 5, seq 7, length 42'],
  [ipv4('06', '1234 0050 00000000 00000000 5012'), '10.0.0.1:4660 > 10.0.0.2:80: TCP [S.], length 48'],
  [ipv4('11', '0044 0043'), '10.0.0.1:68 > 10.0.0.2:67: UDP, length 38'],
  [ipv4('59', ''), '10.0.0.1 > 10.0.0.2: OSPF, length 34'],
  ['0800 4500001c 00000005 40110000 0a000001 0a000002 ffff', '10.0.0.1 > 10.0.0.2: fragment at 40, length 36'],
  [ipv6('3a', '8000 0000 0001 0002'), 'fe80::1 > 2001:db8:0:0:1::: ICMPv6 echo request, id 1, seq 2, length 62'],
  [ipv6('00', '1100050200000100 0035 0035'), 'fe80::1.53 > 2001:db8:0:0:1::.53: UDP, length 66'],
  [`8100 e064 ${ipv4('11', '0044 0043')}`, 'vlan 100 p 7, 10.0.0.1:68 > 10.0.0.2:67: UDP, length 42'],
  ['88a8 0064 8100 00c8 88cc', 'svlan 100, vlan 200, LLDP, length 22'],
  ['0026 424203', 'STP, length 17'],
  ['88b5', 'ethertype 0x88b5, length 14'],
  ['0800 45', 'IPv4 cut off, length 15'],
])('tells %s', (rest, expected) => {
  expect(line(macs + rest)).toBe(`02:02:03.004005 a:eth0 In  02:00:00:00:00:aa > 02:00:00:00:00:bb, ${expected}`);
});

it('tells something of any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      const text = frameLine({ time, direction: undefined, bytes, length: bytes.length }, 'n:p', 0);
      expect(text).toMatch(/^01:02:03\.004005 n:p {5}[\x20-\x7e]+, length \d+$/);
      expect(text).not.toContain('undefined');
    }),
  );
});
