import { describe, expect, it } from 'vitest';
import { packageFileName, readPackageRecords } from './package-record.ts';

const HASH = 'a'.repeat(64);
const stanza = (fields: Record<string, string>): string =>
  Object.entries({ Package: 'tool', Version: '1:2.0-3', Architecture: 'amd64', Filename: 'pool/t.deb', SHA256: HASH, ...fields })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

describe('readPackageRecords', () => {
  it('reads stanzas and the names in their dependencies', () => {
    const text = stanza({
      'Pre-Depends': 'libc6 (>= 2.36)',
      Depends: 'liba1:any (= 1) | libb1, libd2 [amd64]',
      Description: 'x\n more\n .',
    });
    const [record] = readPackageRecords(`${text}\n${stanza({ Package: 'other' })}`);
    expect(record).toEqual({
      name: 'tool',
      version: '1:2.0-3',
      architecture: 'amd64',
      depends: ['libc6', 'liba1', 'libd2'],
      path: 'pool/t.deb',
      sha256: HASH,
    });
    expect(record && packageFileName(record)).toBe('tool_1%3a2.0-3_amd64.deb');
    expect([...readPackageRecords(`${text}\n${stanza({ Package: 'other' })}`)]).toHaveLength(2);
  });

  it.each([{ Package: '../../etc/passwd' }, { Version: '1/../2' }, { Architecture: '/' }, { SHA256: 'short' }, { Filename: '' }])(
    'leaves out a stanza with %o',
    (fields) => {
      expect([...readPackageRecords(stanza(fields as Record<string, string>))]).toEqual([]);
    },
  );
});
