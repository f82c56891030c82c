import { describe, expect, it } from 'vitest';
import { bytesOf, textOf } from './byte-string.ts';
import { writeFat16 } from './fat16.ts';

/** A reader of its own, after the specification: paths with their long names, and contents by the chains of clusters. */
function readFat16(image: Uint8Array): Map<string, string> {
  const view = new DataView(image.buffer);
  const [cluster, fatSectors, rootEntries] = [view.getUint8(13) * 512, view.getUint16(22, true), view.getUint16(17, true)];
  const rootStart = (view.getUint16(14, true) + view.getUint8(16) * fatSectors) * 512;
  const dataStart = rootStart + rootEntries * 32;
  const chain = (first: number): Uint8Array => {
    const pieces: number[] = [];
    for (let at = first; at < 0xfff8; at = view.getUint16(512 + at * 2, true)) {
      pieces.push(...image.subarray(dataStart + (at - 2) * cluster, dataStart + (at - 1) * cluster));
    }
    return new Uint8Array(pieces);
  };
  const found = new Map<string, string>();
  const walk = (folder: Uint8Array, path: string): void => {
    let name = '';
    for (let at = 0; at < folder.length && folder[at] !== 0; at += 32) {
      const record = new DataView(folder.buffer, folder.byteOffset + at, 32);
      const [attributes, first] = [record.getUint8(11), record.getUint16(26, true)];
      if (attributes === 0x0f) {
        const part = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30].map((place) => record.getUint16(place, true));
        name = String.fromCharCode(...part.filter((code) => code !== 0 && code !== 0xffff)) + name;
      } else if (folder[at] !== 0x2e) {
        if (attributes === 0x10) walk(chain(first), `${path}${name}/`);
        else found.set(path + name, first === 0 ? '' : textOf(chain(first).subarray(0, record.getUint32(28, true))));
        name = '';
      }
    }
  };
  walk(image.subarray(rootStart, dataStart), '');
  return found;
}

describe('writeFat16', () => {
  it('keeps folders, long names, empty files and files of many clusters', () => {
    const files = new Map([
      ['EFI/BOOT/BOOTX64.EFI', 'x'.repeat(5000)],
      ['loader/entries/a-name-of-more-than-13-characters.conf', 'title weft\n'],
      ['loader/loader.conf', 'timeout 0\n'],
      ['exactly13char', 'y'.repeat(2048)],
      ['empty', ''],
    ]);
    const image = writeFat16(new Map([...files].map(([path, text]) => [path, bytesOf(text)])), 2048);
    expect(readFat16(image)).toEqual(files);
    expect(new DataView(image.buffer).getUint32(28, true)).toBe(2048);
    expect(image.length % 512).toBe(0);
  });
});
