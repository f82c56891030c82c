import { spawn } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { runOnConsole } from './run-on-console.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A viewer of a real shell on a real terminal; the past that a hub shows comes first. */
async function shellConsole(shell = 'sh'): Promise<ByteStream> {
  const [near, far] = await streamPair();
  const child = spawn('script', ['-qfec', `${shell} -i`, '/dev/null'], {
    env: { PATH: process.env['PATH'], PS1: 'guest:~# ', HOME: '/', TERM: 'vt100' },
  });
  far.write(encodeUtf8('old output\r\nguest:~# '));
  child.stdout.on('data', (bytes: Buffer) => far.write(bytes));
  far.onData((bytes) => child.stdin.write(bytes));
  endings.push(() => {
    child.kill('SIGKILL');
    near.close();
  });
  return near;
}

describe('a command on a shell’s console', () => {
  it('gives the output and the exit code, quotes, comments and long lines included', async () => {
    const console = await shellConsole();
    const run = (command: string, marker: string) =>
      runOnConsole(console, systemClock, { command, end: { marker }, deadline: 20_000 });
    expect(await run("printf 'a b\\n\\033[1mc\\033[0m\\n'; false # why", 'M1')).toEqual({ lines: ['a b', 'c'], code: 1 });
    expect(await run('printf no-line-end', 'M2')).toEqual({ lines: ['no-line-end'], code: 0 });
    expect(await run(':', 'M3')).toEqual({ lines: [], code: 0 });
    const long = `echo ${'word '.repeat(60)}end`;
    expect((await run(long, 'M4')).lines.join('')).toBe(`${'word '.repeat(60)}end`);
  });

  it('interrupts a command that is late, and the console is usable again', async () => {
    const console = await shellConsole();
    const late = runOnConsole(console, systemClock, { command: 'echo begun; sleep 1000', end: { marker: 'M5' }, deadline: 1500 });
    await expect(late).rejects.toMatchObject({ code: 'timeout', message: expect.stringContaining('begun') });
    const next = await runOnConsole(console, systemClock, { command: 'echo again', end: { marker: 'M6' }, deadline: 20_000 });
    expect(next).toEqual({ lines: ['again'], code: 0 });
  });

  it('can go by the prompt alone', async () => {
    const console = await shellConsole();
    const request = { command: 'echo one; echo two', end: { prompt: /^guest:~# $/ }, deadline: 20_000 };
    expect(await runOnConsole(console, systemClock, request)).toEqual({ lines: ['one', 'two'], code: undefined });
  });

  it('fails when the console goes away', async () => {
    const [near, far] = await streamPair();
    far.onData(() => far.close());
    await expect(runOnConsole(near, systemClock, { command: 'x', end: { marker: 'M' }, deadline: 5000 })).rejects.toMatchObject({
      code: 'closed',
    });
  });
});
