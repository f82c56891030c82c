import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

it('lets everything leave before the process ends, also to a reader that takes its time', async () => {
  const program = `
    import { everythingWritten, systemTerminal } from ${JSON.stringify(new URL('terminal.ts', import.meta.url).href)};
    systemTerminal.stdout.write('x'.repeat(1_000_000));
    await everythingWritten();
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '--no-warnings', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let length = 0;
  await new Promise((resolve) => child.stdout.once('readable', resolve));
  for await (const piece of child.stdout) length += String(piece).length;
  expect(length).toBe(1_000_000);
});
