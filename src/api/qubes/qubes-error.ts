/**
 * A refusal as the Admin API sends it. `type` is one of its exceptions (specs of it, section 3.3): tools act on it; unknown names that end in
 * `Error` are safe.
 */
export class QubesError extends Error {
  readonly type: string;

  constructor(type: string, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'QubesError';
    this.type = type;
  }
}

/**
 * What a client makes of an empty reply. Released daemons send one for a method that they do not know, for what is not permitted, and for some
 * values that they do not take.
 */
export const NO_ANSWER = 'QubesDaemonAccessError';
