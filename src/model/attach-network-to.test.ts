import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAttachNetworkTo } from './attach-network-to.ts';

const parse = (value: string) => parseAttachNetworkTo(value, 'B');
const name = fc.stringMatching(/^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,20}$/).filter((text) => text !== 'B');
const mac = fc
  .array(fc.nat(255), { minLength: 6, maxLength: 6 })
  .map(([first = 0, ...rest]) => [first & 0xfe, ...rest].map((byte) => byte.toString(16).padStart(2, '0')).join(':'));
const space = fc.constantFrom(' ', '  ', '\t');

describe('parseAttachNetworkTo', () => {
  it('reads frontends, MACs and blank lines, with line breaks real or written out', () => {
    expect(parse('F\n\n  G frontend_mac=12:34:56:78:90:AB \r\nH\\nI')).toMatchObject({
      attachments: [
        { frontend: 'F', mac: undefined },
        { frontend: 'G', mac: '12:34:56:78:90:ab' },
        { frontend: 'H', mac: undefined },
        { frontend: 'I', mac: undefined },
      ],
      faults: [],
    });
  });

  it.each([
    ['B', 'B', 'itself'],
    ['F\nF', 'F', 'named twice'],
    ['F frontend_mac=12:34:56:78:90', 'frontend_mac=12:34:56:78:90', 'no MAC address'],
    ['F frontend_mac=', 'frontend_mac=', 'nothing is no MAC'],
    ['F frontend_mac=01:34:56:78:90:ab', 'frontend_mac=01:34:56:78:90:ab', 'group address'],
    ['F frontend_mac=00:00:00:00:00:01 frontend_mac=00:00:00:00:00:02', 'frontend_mac=00:00:00:00:00:02', 'given twice'],
    ['F mac=00:00:00:00:00:01', 'mac=00:00:00:00:00:01', 'no option'],
    ['F G', 'G', 'no option G'],
    ['frontend_mac=00:00:00:00:00:01', 'frontend_mac=00:00:00:00:00:01', 'no name of a node'],
  ])('points at what is wrong in %j', (value, wrong, message) => {
    const [fault, ...more] = parse(value).faults;
    expect(more).toEqual([]);
    expect(fault?.message).toContain(message);
    expect(value.slice(fault?.from, fault?.to)).toBe(wrong);
  });

  it('reads back whatever is written, in any spacing', () => {
    const line = fc.tuple(name, fc.option(mac), space);
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { selector: ([frontend]) => frontend, maxLength: 6 }),
        fc.constantFrom('\n', '\\n', '\n\n', '\r\n'),
        (lines, separator) => {
          const text = lines.map(
            ([frontend, address, gap]) => `${gap}${frontend}${address === null ? '' : `${gap}frontend_mac=${address}`}${gap}`,
          );
          expect(parse(text.join(separator))).toMatchObject({
            attachments: lines.map(([frontend, address]) => ({ frontend, mac: address ?? undefined })),
            faults: [],
          });
        },
      ),
    );
  });

  it('gives for any text only frontends that are named once, and faults inside it', () => {
    const word = fc.oneof(
      name,
      fc.constantFrom('B', 'F', '=', 'frontend_mac=', 'frontend_mac=02:00:00:00:00:01', '\n', '\\n', ' ', '\r'),
    );
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join(' ')),
        (value) => {
          const { attachments, faults } = parse(value);
          const frontends = attachments.map(({ frontend }) => frontend);
          expect(new Set(frontends).size).toBe(frontends.length);
          expect(frontends).not.toContain('B');
          for (const { frontend, from, to } of attachments) expect(value.slice(from, to)).toBe(frontend);
          for (const { from, to } of faults) expect(value.slice(from, to)).toMatch(/^\S+$/);
        },
      ),
    );
  });
});
