import { UsageError } from './complaints.ts';

/** What commander made of one command line: positional words in order, and options by their long name in camel case. */
export class Words {
  readonly positional: readonly string[];
  readonly #options: Readonly<Record<string, unknown>>;

  constructor(positional: readonly string[], options: Readonly<Record<string, unknown>>) {
    this.positional = positional;
    this.#options = options;
  }

  flag(name: string): boolean {
    const value = this.#options[name];
    return value === true || value === '1' || value === 'true' || value === 'yes';
  }

  text(name: string): string | undefined {
    const value = this.#options[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  /** An option that takes several words; empty where it was not given. */
  list(name: string): readonly string[] {
    const value = this.#options[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** A positive number; anything else is a UsageError. */
  number(name: string, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value <= 0) throw new UsageError(`--${name} needs a positive number, not ${text}`);
    return value;
  }
}
