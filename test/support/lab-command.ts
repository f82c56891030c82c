import { type ChildProcess, spawn } from 'node:child_process';

/** How a command ended and what it wrote. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Given on standard input, which is empty otherwise. */
  readonly input?: string;
  /** Seconds until it is killed and the test fails with what it wrote so far. */
  readonly deadline?: number;
}

/** Runs a command to its end. Throws when it does not end before its deadline. */
export async function runCommand(argv: readonly string[], options: CommandOptions = {}): Promise<Finished> {
  const { directory = '/', environment = {}, input = '', deadline = 120 } = options;
  const [program = '', ...words] = argv;
  const child = spawn(program, words, { cwd: directory, env: environment, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  }
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, deadline * 1000);
  const code = await endOf(child);
  clearTimeout(timer);
  if (late) throw new Error(`${argv.join(' ')} did not end within ${deadline} s:\n${output.stdout}\n${output.stderr}`);
  return { code, ...output };
}

/** The exit code of a process once it has ended and its output is read; null where a signal ended it. */
function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** Waits for a condition with a deadline in seconds; gives what it gave. */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  what: string,
  deadline = 90,
): Promise<NonNullable<Exclude<T, false>>> {
  let last: unknown;
  for (const end = performance.now() + deadline * 1000; performance.now() < end; ) {
    try {
      const found = await condition();
      if (found !== undefined && found !== null && found !== false) return found as NonNullable<Exclude<T, false>>;
    } catch (failure) {
      last = failure;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited ${deadline} s in vain for ${what}`, { cause: last });
}
