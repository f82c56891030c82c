import type { Clock } from '../../boundary/clock.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import type { Terminal } from '../../boundary/terminal.ts';
import { EscapeReader } from './escape.ts';

/** How an attachment ended: the user left, input ended (a pipe), or the node closed it. */
export type AttachEnd = 'left' | 'input-ended' | 'closed';

/** After the end of piped input: how long the node must be silent, and how long we wait for that at most. Milliseconds. */
const SETTLED = 1000;
const SETTLE_LIMIT = 15_000;

/** Joins the user's terminal and a node's console until one of them ends. On a terminal Ctrl-] opens the prompt; a pipe is sent as it is. */
export async function attach(terminal: Terminal, stream: ByteStream, clock: Clock, prompt: string): Promise<AttachEnd> {
  const ended = Promise.withResolvers<AttachEnd>();
  const screen = new HeldScreen(terminal);
  let lastOutput = clock.now();
  stream.onData((bytes) => {
    lastOutput = clock.now();
    screen.write(bytes);
  });
  stream.onClose(() => ended.resolve('closed'));
  const reader = new EscapeReader(prompt);
  const close = terminal.stdin.open({
    data(bytes) {
      if (!terminal.stdin.isTty) {
        stream.write(bytes);
        return;
      }
      for (const action of reader.read(bytes)) {
        switch (action.do) {
          case 'send':
            stream.write(action.bytes);
            break;
          case 'show':
            terminal.stdout.write(action.text);
            break;
          case 'hold':
            screen.hold();
            break;
          case 'release':
            screen.release();
            break;
          case 'leave':
            ended.resolve('left');
            break;
        }
      }
    },
    end() {
      lastOutput = clock.now();
      void settle(clock, () => lastOutput, ended.promise).then(() => ended.resolve('input-ended'));
    },
  });
  try {
    return await ended.promise;
  } finally {
    close();
    stream.close();
  }
}

async function settle(clock: Clock, lastOutput: () => number, ended: Promise<unknown>): Promise<void> {
  const limit = clock.now() + SETTLE_LIMIT;
  for (;;) {
    const quietUntil = Math.min(lastOutput() + SETTLED, limit);
    const left = quietUntil - clock.now();
    if (left <= 0) return;
    await clock.sleep(left, ended);
  }
}

/** The terminal's screen, which can be held while the prompt is open, so that the node does not write into it. */
class HeldScreen {
  readonly #terminal: Terminal;
  #held: Uint8Array[] | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  write(bytes: Uint8Array): void {
    if (this.#held === undefined) this.#terminal.stdout.write(bytes);
    else this.#held.push(bytes);
  }

  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    for (const bytes of this.#held ?? []) this.#terminal.stdout.write(bytes);
    this.#held = undefined;
  }
}
