import { textOf } from './byte-string.ts';
import type { TreeEntry } from './file-tree.ts';

const BLOCK = 512;

/**
 * Reads a tar archive (POSIX ustar, GNU long names, pax paths) as packages use it. Paths lose their leading `./` and trailing slash.
 * Hard links become copies. Contents are views into `bytes`. Devices and FIFOs are left out.
 */
export function readTar(bytes: Uint8Array): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  let longName: string | undefined;
  let longTarget: string | undefined;
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const header = bytes.subarray(at, at + BLOCK);
    const size = numberOf(header.subarray(124, 136));
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (Number.isNaN(size) || content.length !== size) throw new Error(`damaged tar archive at byte ${at}`);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;

    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'L') longName = stringOf(content);
    else if (type === 'K') longTarget = stringOf(content);
    else if (type === 'x') {
      const records = paxRecords(textOf(content));
      longName = records.get('path') ?? longName;
      longTarget = records.get('linkpath') ?? longTarget;
    } else if (type !== 'g') {
      const path = plain(longName ?? ustarName(header));
      const entry = entryOf(type, header, content, longTarget ?? stringOf(header.subarray(157, 257)), entries);
      if (entry !== undefined && path !== '') entries.set(path, entry);
      longName = undefined;
      longTarget = undefined;
    }
  }
  return entries;
}

function entryOf(
  type: string,
  header: Uint8Array,
  content: Uint8Array,
  target: string,
  before: ReadonlyMap<string, TreeEntry>,
): TreeEntry | undefined {
  const mode = numberOf(header.subarray(100, 108)) & 0o7777;
  if (type === '0' || type === '\0' || type === '7') return { kind: 'file', mode, content };
  if (type === '1') return before.get(plain(target));
  if (type === '2') return { kind: 'symlink', target };
  if (type === '5') return { kind: 'directory', mode };
  return undefined;
}

function ustarName(header: Uint8Array): string {
  const name = stringOf(header.subarray(0, 100));
  const posix = textOf(header.subarray(257, 263)) === 'ustar\0';
  const prefix = posix ? stringOf(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function plain(path: string): string {
  return path
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

function stringOf(field: Uint8Array): string {
  const end = field.indexOf(0);
  return textOf(end < 0 ? field : field.subarray(0, end));
}

/** Octal text, or GNU's big-endian binary where the first bit is set. */
function numberOf(field: Uint8Array): number {
  if (((field[0] ?? 0) & 0x80) !== 0) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
  const text = stringOf(field).trim();
  return text === '' ? 0 : Number.parseInt(text, 8);
}

function paxRecords(text: string): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const length = Number.parseInt(text.slice(at), 10);
    if (!(length > 0)) break;
    const record = text.slice(text.indexOf(' ', at) + 1, at + length - 1);
    const equals = record.indexOf('=');
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
