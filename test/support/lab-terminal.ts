import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from './lab-command.ts';

const escapeSequence = new RegExp(`${String.fromCharCode(27)}(\\[[0-9;?]*[A-Za-z]|[=>78])`, 'g');

/** A command on a pseudo-terminal, made by script(1). */
export class Terminal {
  readonly #child: ChildProcess;
  #seen = '';

  /** `line` is a shell's; `before` are the words that make it somebody else's. */
  constructor(before: readonly string[], line: string, environment: Readonly<Record<string, string>>) {
    const [program = '', ...words] = [...before, 'script', '-qefc', line, '/dev/null'];
    const child = spawn(program, words, { cwd: '/', env: { ...environment, TERM: 'xterm' }, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.on('error', () => undefined);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#seen += text;
    });
    this.#child = child;
  }

  /** All that was shown, without control sequences. */
  get text(): string {
    return this.#seen.replace(escapeSequence, '').replaceAll('\r', '').replaceAll('\u0007', '');
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits until the screen has shown a text that matches, after the first `from` characters of it. */
  async shows(pattern: RegExp, from = 0, deadline = 60): Promise<string> {
    try {
      return await eventually(() => pattern.exec(this.text.slice(from))?.[0], `${pattern}`, deadline);
    } catch {
      throw new Error(`no ${pattern} on the terminal within ${deadline} s, which shows:\n${this.text}`);
    }
  }

  /** Types a line until what it answers shows: a console that comes up may lose what is typed too early. */
  async ask(line: string, pattern: RegExp, deadline = 90): Promise<string> {
    const from = this.text.length;
    for (let tries = Math.ceil(deadline / 5); tries > 1; tries--) {
      this.type(`${line}\n`);
      const found = await this.shows(pattern, from, 5).catch(() => undefined);
      if (found !== undefined) return found;
    }
    this.type(`${line}\n`);
    return await this.shows(pattern, from, 5);
  }

  /** The exit code once the command has ended. */
  async ended(deadline = 90): Promise<number | null> {
    await eventually(
      () => this.#child.exitCode !== null || this.#child.signalCode !== null,
      `an end of:\n${this.text}`,
      deadline,
    );
    return this.#child.exitCode;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
