/** The command line was not understood: shown with a hint, exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** A verb that cannot go on: shown as one sentence and a hint, ends with the given exit code. */
export class Refusal extends Error {
  readonly hint: string | undefined;
  readonly exitCode: number;

  constructor(exitCode: number, message: string, hint?: string) {
    super(message);
    this.name = 'Refusal';
    this.hint = hint;
    this.exitCode = exitCode;
  }
}
