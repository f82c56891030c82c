import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** Ids that QEMU takes (letters, digits, `-._` after a letter), less those that have a meaning of their own here and in bundled templates. */
const PLAIN = /^(?!hex-|plug\d+-|nic\d+-|link\d+$)[A-Za-z][A-Za-z0-9._-]*$/;

/** The QEMU id of a port's netdev: the port's name where that may be one, else its bytes in hexadecimal. `portOfNetdev` reverses it. */
export function netdevId(port: string): string {
  if (PLAIN.test(port)) return port;
  return `hex-${[...encodeUtf8(port)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The port whose netdev has this id. */
export function portOfNetdev(id: string): string {
  if (!id.startsWith('hex-')) return id;
  const bytes = id.slice('hex-'.length).match(/../g) ?? [];
  return decodeUtf8(Uint8Array.from(bytes, (byte) => Number.parseInt(byte, 16)));
}
