import { describe, expect, it } from 'vitest';
import { readAr } from './ar.ts';
import { bytesOf, textOf } from './byte-string.ts';

function member(name: string, content: string): string {
  const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
  return header + content + (content.length % 2 === 1 ? '\n' : '');
}

describe('readAr', () => {
  it('reads members of odd and even length, with and without a slash', () => {
    const archive = bytesOf(
      `!<arch>\n${member('debian-binary', '2.0\n')}${member('control.tar/', 'odd')}${member('data.tar.xz', 'data')}`,
    );
    const members = [...(readAr(archive) ?? [])].map(([name, content]) => [name, textOf(content)]);
    expect(members).toEqual([
      ['debian-binary', '2.0\n'],
      ['control.tar', 'odd'],
      ['data.tar.xz', 'data'],
    ]);
  });

  it('is undefined for anything else and for an archive cut short', () => {
    expect(readAr(bytesOf('<html>'))).toBeUndefined();
    expect(readAr(bytesOf(`!<arch>\n${member('data.tar', 'content')}`).subarray(0, 72))).toBeUndefined();
  });
});
