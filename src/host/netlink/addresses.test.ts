import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressText, parseAddress, parseHost } from './addresses.ts';

describe('parseAddress', () => {
  it.each([
    ['10.0.0.1/24', 2, '0a000001', 24],
    ['10.0.0.1', 2, '0a000001', 32],
    ['fd00::a:1/64', 10, 'fd0000000000000000000000000a0001', 64],
    ['::/0', 10, '00000000000000000000000000000000', 0],
    ['::1', 10, '00000000000000000000000000000001', 128],
    ['fe80::', 10, 'fe800000000000000000000000000000', 128],
    ['1:2:3:4:5:6:7:8/127', 10, '00010002000300040005000600070008', 127],
    ['::ffff:192.0.2.1/96', 10, '00000000000000000000ffffc0000201', 96],
  ])('%s', (text, family, bytes, prefix) => {
    const parsed = parseAddress(text);
    expect([parsed.family, parsed.bytes.toString('hex'), parsed.prefix]).toEqual([family, bytes, prefix]);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256/8',
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/-1',
    'fd00::1/129',
    'fe80::1%eth0/64',
    'fd00:::1',
    'x/8',
  ])('refuses %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'EINVAL' }));
  });

  it('reads every IPv6 address in every way of shortening', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = parseAddress(text).bytes;
        const full = bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:');
        expect(parseAddress(full).bytes).toEqual(bytes);
        expect(new URL(`http://[${text}]`).hostname).toBe(new URL(`http://[${full}]`).hostname);
      }),
    );
  });
});

describe('parseHost', () => {
  it('takes an address without a length', () => {
    expect(parseHost('10.0.0.1').bytes).toEqual(Buffer.from([10, 0, 0, 1]));
    expect(() => parseHost('10.0.0.1/32')).toThrow('10.0.0.1/32 is no address of one host');
  });
});

describe('addressText', () => {
  it.each(['10.0.0.255', '::', '::1', 'fd00::a:1', '2001:db8:0:1:1:1:1:1', '2001:db8::1:0:0:1', '::ffff:192.0.2.1'])(
    'writes %s',
    (text) => expect(addressText(parseHost(text).bytes)).toBe(text),
  );
});
