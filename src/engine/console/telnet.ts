/** Telnet as consoles need it (RFC 854, 855, 857, 858): character at a time, echo by the far end, no other option. */
const [SE, SB, WILL, WONT, DO, DONT, IAC] = [240, 250, 251, 252, 253, 254, 255];
const [ECHO, SUPPRESS_GO_AHEAD] = [1, 3];
const [CR, LF, NUL] = [13, 10, 0];

/** Where in the stream the last chunk ended. */
export type TelnetState =
  | { readonly at: 'data' | 'carriage-return' | 'command' | 'subnegotiation' | 'subnegotiation-command' }
  | { readonly at: 'option'; readonly verb: number };

export const TELNET_START: TelnetState = { at: 'data' };

/** What a server says first: it echoes, and sends without go-ahead. A client then leaves its line mode. */
export const TELNET_OFFER: Uint8Array = Uint8Array.of(IAC, WILL, ECHO, IAC, WILL, SUPPRESS_GO_AHEAD);

export interface TelnetInput {
  readonly state: TelnetState;
  /** What the other side typed or printed. */
  readonly data: Uint8Array;
  /** What to answer: every option beyond our offer is declined, once for each request (RFC 855). */
  readonly replies: Uint8Array;
}

/**
 * Takes the commands out of received bytes, however the stream is cut. `line-ends`: CR NUL and CR LF become the one CR that the Return
 * key means (RFC 854, the network virtual terminal); `as-sent`: they stay, as a server's output needs.
 */
export function decodeTelnet(before: TelnetState, bytes: Uint8Array, mode: 'line-ends' | 'as-sent'): TelnetInput {
  const data: number[] = [];
  const replies: number[] = [];
  let state = before;
  for (const byte of bytes) state = step(state, byte, mode, data, replies);
  return { state, data: Uint8Array.from(data), replies: Uint8Array.from(replies) };
}

/** Data for the other side: a byte 255 is sent twice (RFC 854). */
export function encodeTelnet(data: Uint8Array): Uint8Array {
  return data.includes(IAC) ? Uint8Array.from([...data].flatMap((byte) => (byte === IAC ? [IAC, IAC] : [byte]))) : data;
}

const DATA: TelnetState = { at: 'data' };

function step(state: TelnetState, byte: number, mode: 'line-ends' | 'as-sent', data: number[], replies: number[]): TelnetState {
  switch (state.at) {
    case 'data':
      return plain(byte, mode, data);
    case 'carriage-return':
      return byte === LF || byte === NUL ? DATA : plain(byte, mode, data);
    case 'command':
      if (byte === IAC) data.push(IAC);
      if (byte === SB) return { at: 'subnegotiation' };
      return byte >= WILL && byte <= DONT ? { at: 'option', verb: byte } : DATA;
    case 'option':
      replies.push(...answer(state.verb, byte));
      return DATA;
    case 'subnegotiation':
      return byte === IAC ? { at: 'subnegotiation-command' } : state;
    case 'subnegotiation-command':
      return byte === SE ? DATA : { at: 'subnegotiation' };
  }
}

function plain(byte: number, mode: 'line-ends' | 'as-sent', data: number[]): TelnetState {
  if (byte === IAC) return { at: 'command' };
  data.push(byte);
  return byte === CR && mode === 'line-ends' ? { at: 'carriage-return' } : DATA;
}

/** WONT and DONT need no answer, nor do requests for what is in use; answering those would never end. */
function answer(verb: number, option: number): readonly number[] {
  if (option === ECHO || option === SUPPRESS_GO_AHEAD) return [];
  if (verb === WILL) return [IAC, DONT, option];
  return verb === DO ? [IAC, WONT, option] : [];
}
