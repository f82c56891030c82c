import { bytesOf } from './byte-string.ts';

const SECTOR = 512;
const CLUSTER = 4 * SECTOR;
const ROOT_ENTRIES = 512;
const ENTRY = 32;
const END = 0xffff;
/** Where the characters of a long name's record are. */
const LONG_PLACES = [1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30];
/** Fewer clusters would make it FAT12, more FAT32 (Microsoft FAT specification, section 3.5). */
const FEWEST = 4085;
const MOST = 65524;

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, Uint8Array>;
}

/** A written name's directory records and where its content starts. */
interface Child {
  readonly name: string;
  readonly cluster: number;
  readonly size: number;
  readonly attributes: number;
}

/**
 * Writes a FAT16 file system that holds the given files (paths with slashes, relative to its root), long names included, and no free
 * space to speak of. `hiddenSectors` is its place on the disk. No dates, so equal files give equal bytes.
 * Source: Microsoft Extensible Firmware Initiative FAT32 File System Specification 1.03.
 */
export function writeFat16(files: ReadonlyMap<string, Uint8Array>, hiddenSectors: number): Uint8Array {
  const root = folderOf(files);
  const clusters = Math.max(FEWEST, clustersOf(root));
  if (clusters > MOST) throw new Error(`too much for FAT16: ${clusters} clusters`);
  const fatSectors = Math.ceil(((clusters + 2) * 2) / SECTOR);
  const rootStart = (1 + 2 * fatSectors) * SECTOR;
  const dataStart = rootStart + ROOT_ENTRIES * ENTRY;
  const image = new Uint8Array(dataStart + clusters * CLUSTER);
  const fat = new Uint16Array(clusters + 2);
  fat.set([0xfff8, END]);

  let next = 2;
  const place = (content: Uint8Array): number => {
    const first = next;
    const count = Math.max(1, Math.ceil(content.length / CLUSTER));
    for (let index = 0; index < count; index++) fat[first + index] = index + 1 < count ? first + index + 1 : END;
    image.set(content, dataStart + (first - 2) * CLUSTER);
    next += count;
    return first;
  };
  const writeFolder = (folder: Folder, parent: number, self: number | undefined): Uint8Array => {
    const children: Child[] = [...folder.files].map(([name, content]) => ({
      name,
      cluster: content.length === 0 ? 0 : place(content),
      size: content.length,
      attributes: 0x20,
    }));
    for (const [name, inner] of folder.folders) {
      const cluster = place(new Uint8Array(recordCount(inner, false) * ENTRY));
      image.set(writeFolder(inner, self ?? 0, cluster), dataStart + (cluster - 2) * CLUSTER);
      children.push({ name, cluster, size: 0, attributes: 0x10 });
    }
    return folderBytes(children, self === undefined ? undefined : { self, parent });
  };
  const rootBytes = writeFolder(root, 0, undefined);
  if (rootBytes.length > ROOT_ENTRIES * ENTRY) throw new Error('too many files for the root of FAT16');

  image.set(bootSector(image.length / SECTOR, fatSectors, hiddenSectors));
  const fatBytes = new Uint8Array(fat.length * 2);
  const view = new DataView(fatBytes.buffer);
  for (const [index, value] of fat.entries()) view.setUint16(index * 2, value, true);
  image.set(fatBytes, SECTOR);
  image.set(fatBytes, (1 + fatSectors) * SECTOR);
  image.set(rootBytes, rootStart);
  return image;
}

function folderOf(files: ReadonlyMap<string, Uint8Array>): Folder {
  const root: Folder = { folders: new Map(), files: new Map() };
  for (const [path, content] of files) {
    const names = path.split('/');
    const last = names.pop() ?? '';
    let folder = root;
    for (const name of names) {
      const inner = folder.folders.get(name) ?? { folders: new Map(), files: new Map() };
      folder.folders.set(name, inner);
      folder = inner;
    }
    folder.files.set(last, content);
  }
  return root;
}

function clustersOf(folder: Folder): number {
  const files = [...folder.files.values()].reduce((sum, content) => sum + Math.ceil(content.length / CLUSTER), 0);
  const folders = [...folder.folders.values()];
  return folders.reduce(
    (sum, inner) => sum + Math.ceil((recordCount(inner, false) * ENTRY) / CLUSTER) + clustersOf(inner),
    files,
  );
}

function recordCount(folder: Folder, isRoot: boolean): number {
  const names = [...folder.files.keys(), ...folder.folders.keys()];
  return names.reduce((sum, name) => sum + 1 + Math.ceil(name.length / 13), isRoot ? 0 : 2);
}

function bootSector(sectors: number, fatSectors: number, hiddenSectors: number): Uint8Array {
  const boot = new Uint8Array(SECTOR);
  const view = new DataView(boot.buffer);
  boot.set(bytesOf('\xeb\x3c\x90WEFT    '));
  view.setUint16(11, SECTOR, true);
  view.setUint8(13, CLUSTER / SECTOR);
  view.setUint16(14, 1, true);
  view.setUint8(16, 2);
  view.setUint16(17, ROOT_ENTRIES, true);
  view.setUint16(19, sectors < 0x10000 ? sectors : 0, true);
  view.setUint8(21, 0xf8);
  view.setUint16(22, fatSectors, true);
  view.setUint16(24, 63, true);
  view.setUint16(26, 255, true);
  view.setUint32(28, hiddenSectors, true);
  view.setUint32(32, sectors < 0x10000 ? 0 : sectors, true);
  view.setUint8(36, 0x80);
  view.setUint8(38, 0x29);
  view.setUint32(39, 0x57454654, true);
  boot.set(bytesOf('WEFT       FAT16   '), 43);
  view.setUint16(510, 0xaa55, true);
  return boot;
}

function folderBytes(children: readonly Child[], dots: { self: number; parent: number } | undefined): Uint8Array {
  const records: Uint8Array[] = [];
  if (dots !== undefined) {
    records.push(shortRecord('.'.padEnd(11), { cluster: dots.self, size: 0, attributes: 0x10 }));
    records.push(shortRecord('..'.padEnd(11), { cluster: dots.parent, size: 0, attributes: 0x10 }));
  }
  children.forEach((child, index) => {
    const short = `W${String(index).padStart(5, '0')}~1`.padEnd(11);
    records.push(...longRecords(child.name, short), shortRecord(short, child));
  });
  const bytes = new Uint8Array(records.length * ENTRY);
  for (const [index, record] of records.entries()) bytes.set(record, index * ENTRY);
  return bytes;
}

function shortRecord(
  short: string,
  { cluster, size, attributes }: { cluster: number; size: number; attributes: number },
): Uint8Array {
  const record = new Uint8Array(ENTRY);
  const view = new DataView(record.buffer);
  record.set(bytesOf(short));
  view.setUint8(11, attributes);
  view.setUint16(26, cluster, true);
  view.setUint32(28, size, true);
  return record;
}

/** The records of a long name, last part first; unused places hold FFFF after a zero (section 7). */
function longRecords(name: string, short: string): Uint8Array[] {
  const sum = bytesOf(short).reduce((check, byte) => (((check & 1) << 7) + (check >> 1) + byte) & 0xff, 0);
  const count = Math.ceil(name.length / 13);
  return Array.from({ length: count }, (_, index) => {
    const order = count - index;
    const part = name.slice((order - 1) * 13, order * 13);
    const record = new Uint8Array(ENTRY);
    const view = new DataView(record.buffer);
    view.setUint8(0, order | (index === 0 ? 0x40 : 0));
    view.setUint8(11, 0x0f);
    view.setUint8(13, sum);
    for (const [place, at] of LONG_PLACES.entries()) {
      view.setUint16(at, place < part.length ? part.charCodeAt(place) : place === part.length ? 0 : 0xffff, true);
    }
    return record;
  });
}
