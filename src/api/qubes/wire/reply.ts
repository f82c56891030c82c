import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';
import { formatOf, messageOf } from './message-text.ts';

/** The answer to a call (specs of the Admin API, section 3.2). */
export type QubesReply =
  | { readonly kind: 'ok'; readonly content: Uint8Array }
  | { readonly kind: 'exception'; readonly type: string; readonly message: string };

const NUL = '\0';

export function encodeOk(content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 + content.length);
  bytes.set([0x30, 0]);
  bytes.set(content, 2);
  return bytes;
}

/** Without traceback and arguments, as the genuine daemon sends it. */
export function encodeException(type: string, message: string): Uint8Array {
  const words = ['2', type, '', formatOf(message)].map((word) => word.replaceAll(NUL, ''));
  return encodeUtf8(`${words.join(NUL)}${NUL}`);
}

/** A whole reply; undefined where the daemon has sent nothing, or what no reply begins with. */
export function decodeReply(untrusted: Uint8Array): QubesReply | undefined {
  if (untrusted[1] !== 0) return undefined;
  if (untrusted[0] === 0x30) return { kind: 'ok', content: untrusted.subarray(2) };
  if (untrusted[0] !== 0x32) return undefined;
  const words = decodeUtf8(untrusted.subarray(2)).split(NUL);
  const [type, traceback, format, ...parameters] = words.slice(0, -1);
  if (type === undefined || traceback === undefined || format === undefined) return undefined;
  return { kind: 'exception', type, message: messageOf(format, parameters) };
}
