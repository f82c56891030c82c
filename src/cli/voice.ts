import type { Terminal, TextSink } from '../boundary/terminal.ts';
import { makePaint, type Paint } from './paint.ts';

/** How the program speaks: results on standard output, everything about the work on standard error. */
export class Voice {
  readonly outPaint: Paint;
  readonly errPaint: Paint;
  readonly quiet: boolean;
  readonly #out: TextSink;
  readonly #err: TextSink;

  constructor(terminal: Terminal, options: { quiet: boolean; coloured: boolean }) {
    this.#out = terminal.stdout;
    this.#err = terminal.stderr;
    this.quiet = options.quiet;
    this.outPaint = makePaint(options.coloured && terminal.stdout.isTty);
    this.errPaint = makePaint(options.coloured && terminal.stderr.isTty);
  }

  /** One line of the result. */
  print(line: string): void {
    this.#out.write(`${line}\n`);
  }

  /** Lines of the result, in one piece. */
  printAll(lines: readonly string[]): void {
    if (lines.length > 0) this.#out.write(`${lines.join('\n')}\n`);
  }

  /** A value as JSON, for programs. */
  printJson(value: unknown): void {
    this.#out.write(`${JSON.stringify(value, undefined, 2)}\n`);
  }

  info(text: string): void {
    if (!this.quiet) this.#err.write(`Info: ${text}\n`);
  }

  warn(text: string, hint?: string): void {
    this.#err.write(`${this.errPaint.yellow('Warn:')} ${hang(text, '      ')}\n${this.#hint('      ', hint)}`);
  }

  error(text: string, hint?: string): void {
    this.#err.write(`${this.errPaint.red('ERROR:')} ${hang(text, '       ')}\n${this.#hint('       ', hint)}`);
  }

  /** Text beside the work, on standard error as it is. */
  aside(text: string): void {
    this.#err.write(`${text}\n`);
  }

  #hint(indent: string, hint: string | undefined): string {
    return hint === undefined ? '' : `${hint.replace(/^/gm, indent)}\n`;
  }
}

/** Lines after the first stand under it. */
function hang(text: string, indent: string): string {
  return text.trimEnd().replaceAll('\n', `\n${indent}`);
}
