import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { lastLines } from '../../model/terminal-text.ts';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import { shellQuote } from './shell-quote.ts';

export interface ConsoleRun {
  readonly code: number;
  /** What the command wrote, standard output and error together, with plain line ends. */
  readonly output: string;
}

/** How long a console may be silent before we type without having seen a prompt we know. Milliseconds. */
const PATIENCE = 3000;
/** Ctrl-C: what was typed must not go on after we gave up. */
const INTERRUPT = '\u0003';

/**
 * Runs one line of shell text on a console and waits for its end. Logs in as root where a login without a password is asked for. The
 * shell must be a POSIX one. Rejects with a HostError `timeout`, or `refused` where a password is wanted. Closes the stream.
 */
export async function runOnConsole(
  stream: ByteStream,
  clock: Clock,
  line: string,
  options: { mark: string; timeout: number },
): Promise<ConsoleRun> {
  const deadline = clock.now() + options.timeout;
  const screen = new Screen(stream, clock);
  try {
    await reachPrompt(screen, clock, deadline);
    const { mark } = options;
    screen.forget();
    // The shell puts the marks together, so that the echo of this line holds neither of them.
    screen.type(` printf '\\n%s%s\\n' ${mark}- begin; eval ${shellQuote(line)}; printf '\\n%s%s=%d=\\n' ${mark}- end $?\n`);
    const done = new RegExp(`${mark}-begin\\n([\\s\\S]*?)\\n?${mark}-end=(\\d+)=`);
    const found = await screen.find(done, deadline);
    if (found === undefined) {
      screen.type(INTERRUPT);
      throw timedOut(screen, `the command did not end within ${Math.round(options.timeout / 1000)} s`);
    }
    return { code: Number(found[2]), output: found[1] ?? '' };
  } finally {
    stream.close();
  }
}

async function reachPrompt(screen: Screen, clock: Clock, deadline: number): Promise<void> {
  for (let logins = 0; logins < 3; ) {
    screen.forget();
    screen.type('\n');
    const soon = Math.min(deadline, clock.now() + PATIENCE);
    const found = await screen.find(/(login|password): *$|[#$>%] *$/i, soon);
    if (found === undefined) {
      if (clock.now() >= deadline) throw timedOut(screen, 'no shell prompt appeared on the console');
      if (screen.text === '' || /^\s*$/.test(screen.text)) continue;
      return;
    }
    const asked = found[1]?.toLowerCase();
    if (asked === undefined) return;
    if (asked === 'password') {
      throw new HostError('refused', 'the console asks for a password', {
        hint: 'log in with weft console first, then run the command again',
      });
    }
    logins += 1;
    screen.forget();
    screen.type('root\n');
    await screen.find(/password: *$|[#$>%] *$/i, Math.min(deadline, clock.now() + PATIENCE));
    if (/password: *$/i.test(screen.text)) {
      throw new HostError('refused', 'the console asks for a password', {
        hint: 'log in with weft console first, then run the command again',
      });
    }
  }
}

function timedOut(screen: Screen, message: string): HostError {
  const last = lastLines(screen.text, 4).join('\n');
  return new HostError('timeout', message, last === '' ? {} : { hint: `the console shows:\n${last}` });
}

/** What came from the console since the last forget, as text with plain line ends. */
class Screen {
  text = '';
  readonly #stream: ByteStream;
  readonly #clock: Clock;
  #changed = Promise.withResolvers<void>();
  #closed = false;
  #cut: Uint8Array = new Uint8Array();

  constructor(stream: ByteStream, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    stream.onData((bytes) => {
      const all = Uint8Array.from([...this.#cut, ...bytes]);
      const whole = all.length - unfinished(all);
      this.#cut = all.subarray(whole);
      this.text += decodeUtf8(all.subarray(0, whole)).replaceAll('\r', '');
      this.#wake();
    });
    stream.onClose(() => {
      this.#closed = true;
      this.#wake();
    });
  }

  type(text: string): void {
    this.#stream.write(encodeUtf8(text));
  }

  forget(): void {
    this.text = '';
  }

  /** Waits until the text matches; undefined when it does not until the deadline. */
  async find(pattern: RegExp, deadline: number): Promise<RegExpExecArray | undefined> {
    for (;;) {
      const found = pattern.exec(this.text);
      if (found !== null) return found;
      if (this.#closed) throw new HostError('not-running', 'the node closed its console');
      const left = deadline - this.#clock.now();
      if (left <= 0) return undefined;
      await this.#clock.sleep(left, this.#changed.promise);
    }
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

/** Bytes at the end that begin a character of UTF-8 and do not finish it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}
