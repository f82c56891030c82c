import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { runOnConsole } from './run-on-console.ts';
import { shellLine, shellQuote } from './shell-quote.ts';

/** An interactive shell of this machine on a pseudo terminal, as a guest's console is one. */
function shellOnTerminal(command: string): { stream: ByteStream; end: () => void } {
  const child = spawn('script', ['-qfc', command, '/dev/null'], {
    env: { PATH: process.env['PATH'] ?? '', PS1: 'guest# ', TERM: 'dumb', HOME: '/' },
  });
  return {
    stream: {
      write: (bytes) => child.stdin.write(bytes),
      onDrain: (listener) => void child.stdin.on('drain', listener),
      onData: (listener) => void child.stdout.on('data', listener),
      pause: () => void child.stdout.pause(),
      resume: () => void child.stdout.resume(),
      onClose: (listener) => void child.once('close', () => listener(undefined)),
      close: () => child.stdin.end(),
    },
    end: () => void child.kill('SIGKILL'),
  };
}

describe('runOnConsole', () => {
  it.each([
    ['echo hello; echo world', 'hello\nworld\n', 0],
    ['printf %s "no line end"; exit_code() { return 7; }; exit_code', 'no line end', 7],
    ["echo 'it''s' \"$((40 + 2))\" # comment", 'its 42\n', 0],
    ['true', '', 0],
    ['echo äöü; false', 'äöü\n', 1],
  ])('%s', async (line, output, code) => {
    const shell = shellOnTerminal('sh -i');
    try {
      await expect(runOnConsole(shell.stream, systemClock, line, { mark: 'm4rk', timeout: 20_000 })).resolves.toEqual({
        code,
        output,
      });
    } finally {
      shell.end();
    }
  });

  it('logs in as root where no password is wanted', async () => {
    const shell = shellOnTerminal(
      `sh -c 'while :; do printf "box login: "; read -r name; [ "$name" = root ] && exec sh -i; done'`,
    );
    try {
      await expect(runOnConsole(shell.stream, systemClock, 'echo in', { mark: 'm4rk', timeout: 20_000 })).resolves.toEqual({
        code: 0,
        output: 'in\n',
      });
    } finally {
      shell.end();
    }
  });

  it('gives up in time, and says what the console shows', async () => {
    const shell = shellOnTerminal('sh -i');
    try {
      const run = runOnConsole(shell.stream, systemClock, 'echo before; sleep 60', { mark: 'm4rk', timeout: 700 });
      await expect(run).rejects.toMatchObject({ code: 'timeout', hint: expect.stringContaining('before') as string });
    } finally {
      shell.end();
    }
  });
});

describe('shellLine', () => {
  it('quotes words, leaves a line alone', () => {
    expect(shellLine(['ls | wc -l'])).toBe('ls | wc -l');
    expect(shellLine(['echo', "it's", 'a b'])).toBe(`echo 'it'\\''s' 'a b'`);
    expect(shellQuote('')).toBe("''");
  });
});
