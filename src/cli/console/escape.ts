import { decodeUtf8 } from '../../model/utf8.ts';

/** What a viewer does next: bytes for the node, text for the user's terminal, or an end. */
export type EscapeAction =
  | { readonly do: 'send'; readonly bytes: Uint8Array }
  /** The prompt opens: hold back what the node writes until it closes. */
  | { readonly do: 'hold' }
  | { readonly do: 'show'; readonly text: string }
  | { readonly do: 'release' }
  | { readonly do: 'leave' };

/** Ctrl-], the escape of telnet(1). */
const ESCAPE = 0x1d;
const HELP = '\r\n  q, quit   leave; the node goes on\r\n  escape    send Ctrl-] itself\r\n  (empty)   back to the console\r\n';

/**
 * Reads the user's keys: everything goes to the node until Ctrl-] opens a prompt, as in telnet(1). There `q` or `quit` leaves, an empty
 * line goes back, `escape` sends the Ctrl-] itself.
 */
export class EscapeReader {
  readonly #prompt: string;
  #line: number[] | undefined;

  constructor(prompt: string) {
    this.#prompt = prompt;
  }

  read(bytes: Uint8Array): EscapeAction[] {
    const actions: EscapeAction[] = [];
    let from = 0;
    for (let at = 0; at < bytes.length; at++) {
      const byte = bytes[at] ?? 0;
      if (this.#line === undefined) {
        if (byte !== ESCAPE) continue;
        if (at > from) actions.push({ do: 'send', bytes: bytes.subarray(from, at) });
        this.#line = [];
        actions.push({ do: 'hold' }, { do: 'show', text: `\r\n${this.#prompt}` });
      } else {
        actions.push(...this.#typed(byte, this.#line));
        if (actions.at(-1)?.do === 'leave') return actions;
      }
      from = at + 1;
    }
    if (from < bytes.length && this.#line === undefined) actions.push({ do: 'send', bytes: bytes.subarray(from) });
    return actions;
  }

  #typed(byte: number, line: number[]): EscapeAction[] {
    switch (byte) {
      case 0x0d:
      case 0x0a:
        return this.#entered(decodeUtf8(Uint8Array.from(line)).trim());
      case 0x03:
      case ESCAPE:
        return this.#back();
      case 0x04:
        return [{ do: 'leave' }];
      case 0x08:
      case 0x7f:
        return line.pop() === undefined ? [] : [{ do: 'show', text: '\b \b' }];
      default:
        if (byte < 0x20) return [];
        line.push(byte);
        return byte < 0x7f ? [{ do: 'show', text: String.fromCharCode(byte) }] : [];
    }
  }

  #entered(command: string): EscapeAction[] {
    if (command === '') return this.#back();
    if (['q', 'quit', 'close', 'exit'].includes(command)) return [{ do: 'show', text: '\r\n' }, { do: 'leave' }];
    if (command === 'escape') return [{ do: 'send', bytes: Uint8Array.of(ESCAPE) }, ...this.#back()];
    this.#line = [];
    const answer = ['?', 'h', 'help'].includes(command) ? HELP : '\r\n?Invalid command; q leaves, ? helps\r\n';
    return [{ do: 'show', text: answer + this.#prompt }];
  }

  #back(): EscapeAction[] {
    this.#line = undefined;
    return [{ do: 'show', text: '\r\n' }, { do: 'release' }];
  }
}
