import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';

/** One call of the Admin API (specs of it, section 3.1). Source and destination are names, or `uuid:` and a UUID. */
export interface QubesRequest {
  readonly method: string;
  readonly argument: string;
  readonly source: string;
  readonly destination: string;
  readonly payload: Uint8Array;
}

/** The machine itself, as Qubes names it. */
export const ADMIN_VM = 'dom0';

/** Header and payload together; a longer request is dropped. Bytes. */
export const LONGEST_REQUEST = 65_536;

/** The bytes of a request, without the half-close that ends it. */
export function encodeRequest({ method, argument, source, destination, payload }: QubesRequest): Uint8Array {
  const header = encodeUtf8(`${method}+${argument} ${source} name ${destination}\0`);
  const bytes = new Uint8Array(header.length + payload.length);
  bytes.set(header);
  bytes.set(payload, header.length);
  return bytes;
}

/** A request as it came; undefined where it is none, and the connection is to be dropped without a byte. */
export function decodeRequest(untrusted: Uint8Array): QubesRequest | undefined {
  const end = untrusted.indexOf(0);
  if (end < 0 || untrusted.length > LONGEST_REQUEST || untrusted.subarray(0, end).some((byte) => byte >= 0x80)) return undefined;
  const parts = /^([^ ]*) ([^ ]*) ([^ ]*) (.*)$/s.exec(decodeUtf8(untrusted.subarray(0, end)));
  if (parts === null) return undefined;
  const [, call = '', source = '', kind = '', destination = ''] = parts;
  const isAdmin = kind === 'keyword' && destination === 'adminvm';
  if (kind !== 'name' && !isAdmin) return undefined;
  const plus = call.indexOf('+');
  return {
    method: plus < 0 ? call : call.slice(0, plus),
    argument: plus < 0 ? '' : call.slice(plus + 1),
    source,
    destination: isAdmin ? ADMIN_VM : destination,
    payload: untrusted.subarray(end + 1),
  };
}
