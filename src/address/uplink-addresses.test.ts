import { expect, it } from 'vitest';
import { uplinkInterface, uplinkIp, uplinkIp6, uplinkMetric } from './uplink-addresses.ts';

it.each([
  [1, '10.137.0.1'],
  [254, '10.137.0.254'],
  [255, '10.137.1.1'],
  [256, '10.137.1.2'],
  [257, '10.137.1.3'],
  [508, '10.137.1.254'],
  [509, '10.137.2.1'],
  [510, '10.137.2.2'],
  [513, '10.137.2.5'],
])('case 12: number %i has the address %s', (number, address) => {
  expect(uplinkIp(number)).toBe(address);
});

it('gives no two numbers one address, and no address that ends in .0 or .255', () => {
  const addresses = Array.from({ length: 9999 }, (_, at) => uplinkIp(at + 1));
  expect(new Set(addresses).size).toBe(9999);
  expect(addresses.filter((address) => /\.(0|255)$/.test(address))).toEqual([]);
});

it('writes IPv6 addresses with the number in hexadecimal', () => {
  expect([uplinkIp6(6), uplinkIp6(255)]).toEqual(['fd09:24ef:4179::a89:6', 'fd09:24ef:4179::a89:ff']);
});

it('prefers clients with later numbers', () => {
  expect([uplinkInterface(4), uplinkMetric(4), uplinkMetric(5)]).toEqual(['vif4.0', 32_748, 32_747]);
});
