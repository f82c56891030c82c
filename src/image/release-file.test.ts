import { describe, expect, it } from 'vitest';
import { readReleaseFile } from './release-file.ts';

const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];
const RELEASE = `Origin: Debian
Codename: bookworm
MD5Sum:
 0cc175b9c0f1b6a831c399e269772661 10 main/binary-amd64/Packages
SHA256:
 ${A}  123 main/binary-amd64/Packages.xz
 ${B}        4 main/binary-amd64/Packages
Description: the end
 ${B} 9 no/path`;

describe('readReleaseFile', () => {
  it('reads the suite and its SHA-256 sums only', () => {
    const { codename, sha256 } = readReleaseFile(RELEASE);
    expect(codename).toBe('bookworm');
    expect([...sha256]).toEqual([
      ['main/binary-amd64/Packages.xz', A],
      ['main/binary-amd64/Packages', B],
    ]);
  });

  it('reads only what the signature covers', () => {
    const signed = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${RELEASE}\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n`;
    const extra = `${signed}SHA256:\n ${B} 1 evil\n`;
    expect([...readReleaseFile(extra).sha256.keys()]).toEqual(['main/binary-amd64/Packages.xz', 'main/binary-amd64/Packages']);
  });
});
