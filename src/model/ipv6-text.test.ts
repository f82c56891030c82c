import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipv6Text, ipv6Words } from './ipv6-text.ts';

describe('IPv6 addresses as text', () => {
  it.each([
    ['::', '::'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['2001:DB8:0000::0001', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['fe80:10:0:0:0:0:0:0', 'fe80:10::'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ])('%s is %s', (written, text) => {
    expect(ipv6Text(ipv6Words(written) ?? [])).toBe(text);
  });

  it.each(['', '1', '1::2::3', '192.0.2.1', '12345::', '::g', '1:2:3:4:5:6:7'])('%j is none', (text) => {
    expect(ipv6Words(text)).toBeUndefined();
  });

  it('reads back what is written', () => {
    const words = fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(words, (address) => {
        expect(ipv6Words(ipv6Text(address))).toEqual(address);
      }),
    );
  });
});
