import type { GrowingFiles } from '../../boundary/growing-files.ts';
import { decodeUtf8 } from '../../model/utf8.ts';

/** What Linux prints when it gives up (panic() in kernel/panic.c), with or without the time before it. */
const PANIC = /^(?:\[[^\]\n]*\] )?Kernel panic - not syncing: ([^\r\n]+)\r?\n/m;

/** How much of a line that is not complete yet is kept for the next look. Characters. */
const LONGEST_LINE = 1024;

/** Looks through a guest's log for the panic of its kernel, each part once. */
export class PanicSearch {
  readonly path: string;
  #at: number;
  #rest = '';

  /** Looks at what comes after `from` bytes. */
  constructor(path: string, from: number) {
    this.path = path;
    this.#at = from;
  }

  /** Why the kernel panicked; undefined where it has not. A log that is not there yet counts as empty. */
  async look(logs: GrowingFiles): Promise<string | undefined> {
    for (;;) {
      const bytes = await logs.readFrom(this.path, this.#at, 1 << 16);
      if (bytes.length === 0) return undefined;
      this.#at += bytes.length;
      const text = this.#rest + decodeUtf8(bytes);
      const why = PANIC.exec(text)?.[1];
      if (why !== undefined) return why;
      this.#rest = text.slice(text.lastIndexOf('\n') + 1).slice(-LONGEST_LINE);
    }
  }
}
