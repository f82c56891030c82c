import { describe, expect, it } from 'vitest';
import { valueFault } from './attribute-value.ts';
import { type ValueType, VOCABULARY } from './vocabulary.ts';

const right: readonly (readonly [ValueType, string])[] = [
  ['text', 'anything\nat all'],
  ['boolean', 'true'],
  ['on-or-off', 'off'],
  ['kind', 'internet'],
  ['ready', 'console:login: '],
  ['template', 'infix-x86_64'],
  ['size', '512M'],
  ['size', '1.5G'],
  ['size', '512'],
  ['count', '4'],
  ['port-number', '65535'],
  ['mac', '00:07:7C:12:34:56'],
  ['mac', '02-00-00-00-00-01'],
  ['oui', '00:a0:85'],
  ['mtu', '9000'],
  ['interface', 'tap-infix'],
  ['addresses', '192.0.2.1/24, 2001:db8::1/64'],
  ['ipv4', '10.0.0.1'],
  ['ipv6', 'fe80::1'],
  ['time', '1.5s'],
  ['percent', '0.1%'],
  ['rate', '512kbit'],
];
const wrong: readonly (readonly [ValueType, string])[] = [
  ['boolean', 'yes'],
  ['on-or-off', 'down'],
  ['kind', 'drawing'],
  ['ready', 'console:'],
  ['template', '../x'],
  ['size', '0M'],
  ['size', '512MB'],
  ['count', '0'],
  ['port-number', '65536'],
  ['mac', '01:00:5e:00:00:01'],
  ['mac', '00:00:00:00:00:00'],
  ['oui', '00:a0'],
  ['oui', '01:a0:85'],
  ['mtu', '67'],
  ['interface', 'sixteen-letters-'],
  ['addresses', '192.0.2.1'],
  ['ipv4', '10.0.0'],
  ['ipv6', '10.0.0.1'],
  ['time', '20'],
  ['percent', '101%'],
  ['rate', '1mb'],
];

describe('valueFault', () => {
  it.each(right)('%s may be %j', (type, value) => {
    expect(valueFault(type, value)).toBeUndefined();
  });
  it.each(wrong)('%s may not be %j', (type, value) => {
    expect(valueFault(type, value)).toMatch(/\w/);
  });
});

describe('the vocabulary', () => {
  it('names each attribute once', () => {
    expect(new Set(VOCABULARY.map(({ name }) => name)).size).toBe(VOCABULARY.length);
  });
});
