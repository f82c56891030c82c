import { isIPv4, isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIpv4, isIpv6, parseIpPrefix } from './ip-prefix.ts';

describe('parseIpPrefix', () => {
  it.each(['192.0.2.1/24', '0.0.0.0/0', '10.0.0.1/32', '2001:db8::1/64', '::/0', '::ffff:192.0.2.1/128'])('reads %s', (text) => {
    expect(parseIpPrefix(` ${text} `)).toBe(text);
  });
  it.each([
    '192.0.2.1',
    '192.0.2.1/33',
    '192.0.2/24',
    '192.0.2.256/24',
    '192.0.2.01/24',
    '::1/129',
    '1:2/64',
    ':::/1',
    '::1%eth0/64',
    '/24',
    '',
  ])('refuses %j', (text) => {
    expect(parseIpPrefix(text)).toBeUndefined();
  });
});

const nearly = fc.array(fc.constantFrom('0', '1', '12', '255', '256', '.', ':', '::', 'a', 'ffff', 'fffff', 'g', '192.0.2.1'), {
  maxLength: 16,
});

describe('addresses', () => {
  it('agree with the runtime', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          nearly.map((parts) => parts.join('')),
          fc.ipV4(),
          fc.ipV6(),
        ),
        (text) => {
          expect(isIpv4(text)).toBe(isIPv4(text));
          expect(isIpv6(text)).toBe(isIPv6(text));
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });
});
