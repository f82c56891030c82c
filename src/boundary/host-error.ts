/** The world refused: a system call, a command or a connection failed. Not a mistake in the user's file, not a bug of ours. */
export class HostError extends Error {
  /** The errno's name where there is one (ENOENT, EPERM...), else a short word of ours (`timeout`, `exit`). */
  readonly code: string;
  /** What to do about it; shown to the user. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HostError';
    this.code = code;
    this.hint = options.hint;
  }

  /** By name: parts of a program that are loaded when they are needed are bundled with a copy of this class each. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'HostError';
  }
}
