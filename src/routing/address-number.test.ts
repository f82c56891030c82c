import { expect, it } from 'vitest';
import { addressNumber, prefixContains } from './address-number.ts';

it.each([
  ['10.137.0.5', 0x0a890005n],
  ['255.255.255.255', 0xffffffffn],
  ['::', 0n],
  ['::1', 1n],
  ['2001:db8::9', 0x20010db8000000000000000000000009n],
  ['2001:0db8:0000:0000:0000:0000:0000:0009', 0x20010db8000000000000000000000009n],
  ['1:2:3:4:5:6:7:8', 0x00010002000300040005000600070008n],
  ['::ffff:192.0.2.1', 0xffffc0000201n],
  ['fe80::', 0xfe80n << 112n],
  ['10.0.0', undefined],
  ['eth0', undefined],
])('%s is %s', (text, number) => {
  expect(addressNumber(text)).toBe(number);
});

it.each([
  ['10.1.2.3/8', '10.255.0.1', true],
  ['10.1.2.3/8', '11.0.0.1', false],
  ['10.1.2.3/32', '10.1.2.3', true],
  ['0.0.0.0/0', '192.0.2.1', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '192.0.2.1', false],
  ['2001:db8::/33', '2001:db8:7fff::1', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['2001:db8::/32', 'eth0', false],
])('%s contains %s: %s', (prefix, address, contained) => {
  expect(prefixContains(prefix, address)).toBe(contained);
});
