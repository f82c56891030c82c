import { describe, expect, it } from 'vitest';
import { systemCommands as commands } from './commands.ts';

describe('commands', () => {
  it('gives output, error text and exit code', async () => {
    const result = await commands.run(['sh', '-c', 'cat; echo "$WORD" >&2; pwd; exit 3'], {
      input: new TextEncoder().encode('in\n'),
      environment: { WORD: 'err' },
      directory: '/',
    });
    expect(new TextDecoder().decode(result.stdout)).toBe('in\n/\n');
    expect(result).toMatchObject({ code: 3, stderr: 'err\n' });
  });

  it('has no exit code for a program that a signal ended', async () => {
    expect((await commands.run(['sh', '-c', 'kill -9 $$'])).code).toBeUndefined();
  });

  it('does not mind a program that never reads its input', async () => {
    expect((await commands.run(['true'], { input: new Uint8Array(1 << 20) })).code).toBe(0);
  });

  it('rejects when there is no such program', async () => {
    await expect(commands.run(['no-such-program-here'])).rejects.toMatchObject({ name: 'HostError', code: 'ENOENT' });
    await expect(commands.run(['/etc/passwd'])).rejects.toMatchObject({ name: 'HostError', code: 'EACCES' });
  });

  it('finds programs, those of the system folders too', async () => {
    expect(await commands.find('sh')).toMatch(/^\/.*\/sh$/);
    expect(await commands.find('no-such-program-here')).toBeUndefined();
  });
});
