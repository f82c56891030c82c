import { describe, expect, it } from 'vitest';
import { nftComplaint } from './nft-complaint.ts';

const script = 'table ip t {\n  chain c { reject with }\n}\n';

describe('nftComplaint', () => {
  it('names the line of each error', () => {
    const output = [
      '/dev/stdin:2:25-25: Error: syntax error, unexpected }',
      '  chain c { reject with }',
      '                        ^',
      '/dev/stdin:3:1-1: Error: syntax error',
      '}',
      '^',
      '',
    ].join('\n');
    expect(nftComplaint(output, script)).toBe(
      'line 2, "chain c { reject with }": syntax error, unexpected }; line 3, "}": syntax error',
    );
  });

  it('tells of three errors, and as much of a line as fits', () => {
    const output = [1, 2, 3, 4].map((line) => `/dev/stdin:${line}:1-1: Error: no\n`).join('');
    const told = nftComplaint(output, `${'x'.repeat(500)}\n${script}`);
    expect(told.split('; ')).toHaveLength(3);
    expect(told.length).toBeLessThan(300);
  });

  it('says what is too much for an ordinary user', () => {
    expect(nftComplaint('netlink: Error: Could not process rule: Message too long\n\n', script)).toBe(
      'these are too many rules to be loaded at once by an ordinary user; root may load them',
    );
  });

  it('passes on what it does not know', () => {
    expect(nftComplaint('netlink: Error: cache initialization failed: Operation not permitted\n', script)).toBe(
      'netlink: Error: cache initialization failed: Operation not permitted',
    );
    expect(nftComplaint('', script)).toBe('nft failed and said nothing');
  });
});
