import { textOf } from './byte-string.ts';

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT_NEEDED = 1;
const DT_STRTAB = 5;

/** What a program or a shared library asks the dynamic loader for. */
export interface ElfNeeds {
  /** Names of shared libraries (DT_NEEDED), in order. */
  readonly libraries: readonly string[];
  /** The dynamic loader's absolute path; undefined for libraries and static programs. */
  readonly interpreter: string | undefined;
}

/** Reads the program headers of a 64-bit little-endian ELF file (System V ABI, chapter 5); undefined when it is none. */
export function readElfNeeds(bytes: Uint8Array): ElfNeeds | undefined {
  const view = elfView(bytes);
  if (view === undefined) return undefined;
  const segments = programHeaders(view);
  const interpreter = segments.find((segment) => segment.type === PT_INTERP);
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  return {
    interpreter: interpreter && cString(bytes, interpreter.offset),
    libraries: dynamic === undefined ? [] : neededOf(bytes, view, segments, dynamic),
  };
}

/** The bytes of a section by name; undefined when the file is no ELF or has no such section. */
export function elfSection(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = elfView(bytes);
  if (view === undefined) return undefined;
  const start = Number(view.getBigUint64(40, true));
  const [size, count, names] = [view.getUint16(58, true), view.getUint16(60, true), view.getUint16(62, true)];
  const offsetOf = (section: number): number => Number(view.getBigUint64(start + section * size + 24, true));
  for (let section = 0; section < count; section++) {
    const nameAt = offsetOf(names) + view.getUint32(start + section * size, true);
    if (cString(bytes, nameAt) !== name) continue;
    const offset = offsetOf(section);
    return bytes.subarray(offset, offset + Number(view.getBigUint64(start + section * size + 32, true)));
  }
  return undefined;
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

function elfView(bytes: Uint8Array): DataView | undefined {
  const isElf64 = bytes.length >= 64 && textOf(bytes.subarray(0, 6)) === '\x7fELF\x02\x01';
  return isElf64 ? new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) : undefined;
}

function programHeaders(view: DataView): Segment[] {
  const start = Number(view.getBigUint64(32, true));
  const [size, count] = [view.getUint16(54, true), view.getUint16(56, true)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: view.getUint32(at, true),
      offset: Number(view.getBigUint64(at + 8, true)),
      address: Number(view.getBigUint64(at + 16, true)),
      size: Number(view.getBigUint64(at + 32, true)),
    };
  });
}

function neededOf(bytes: Uint8Array, view: DataView, segments: readonly Segment[], dynamic: Segment): string[] {
  const names: number[] = [];
  let table = 0;
  for (let at = dynamic.offset; at + 16 <= dynamic.offset + dynamic.size; at += 16) {
    const [tag, value] = [Number(view.getBigInt64(at, true)), Number(view.getBigUint64(at + 8, true))];
    if (tag === DT_NEEDED) names.push(value);
    if (tag === DT_STRTAB) table = value;
  }
  const holder = segments.find(({ type, address, size }) => type === PT_LOAD && address <= table && table < address + size);
  return holder === undefined ? [] : names.map((name) => cString(bytes, table - holder.address + holder.offset + name));
}

function cString(bytes: Uint8Array, at: number): string {
  return textOf(bytes.subarray(at, bytes.indexOf(0, at)));
}
