import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Keyboard, Terminal, TextSink } from '../boundary/terminal.ts';
import { systemFailure } from './system-failure.ts';

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The terminal, or the pipes, that this process was started on. */
export const systemTerminal: Terminal = {
  stdin: keyboard(),
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  runForeground: (argv, options = {}) => runForeground(argv, options),
  onInterrupt(listener) {
    for (const signal of INTERRUPTS) process.on(signal, listener);
    return () => {
      for (const signal of INTERRUPTS) process.off(signal, listener);
    };
  },
  exit: (code) => process.exit(code),
};

/** Resolves once all that was written has left this process: a pipe takes only so much at once. */
export async function everythingWritten(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write('', resolve));
}

function sink(stream: NodeJS.WriteStream): TextSink {
  stream.on('error', (failure: NodeJS.ErrnoException) => {
    if (failure.code === 'EPIPE') process.exit(128 + constants.signals.SIGPIPE);
    throw failure;
  });
  return {
    get isTty() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns || 80;
    },
    get rows() {
      return stream.rows || 24;
    },
    write: (content) => void stream.write(content),
  };
}

function keyboard(): Keyboard {
  return {
    get isTty() {
      return process.stdin.isTTY === true;
    },
    open({ data, end }) {
      const { stdin } = process;
      if (stdin.isTTY) stdin.setRawMode(true);
      stdin.on('data', data);
      stdin.on('end', end);
      return () => {
        stdin.off('data', data);
        stdin.off('end', end);
        stdin.pause();
        if (stdin.isTTY) stdin.setRawMode(false);
      };
    },
  };
}

function runForeground(
  argv: readonly string[],
  options: { environment?: Readonly<Record<string, string>>; directory?: string },
): Promise<number> {
  const [program = '', ...words] = argv;
  const environment = { ...process.env, ...options.environment };
  return new Promise((resolve, reject) => {
    // The terminal sends Ctrl-C to the program as well; what it does then is its own affair.
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    process.on('SIGQUIT', ignore);
    const child = spawn(program, words, {
      stdio: 'inherit',
      env: environment,
      ...(options.directory === undefined ? {} : { cwd: options.directory }),
    });
    const settle = (act: () => void) => {
      process.off('SIGINT', ignore);
      process.off('SIGQUIT', ignore);
      act();
    };
    child.once('error', (failure) => settle(() => reject(systemFailure(`run ${program}`, failure))));
    child.once('close', (code, signal) => settle(() => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))));
  });
}
