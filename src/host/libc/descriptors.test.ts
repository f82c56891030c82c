import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { poll } from './descriptors.ts';

it('polls on when signals come', async () => {
  const heard = new Promise<void>((resolve) => process.once('SIGUSR2', () => resolve()));
  const signals = `for number in 1 2 3 4 5 6 7 8 9 10; do sleep 0.05; kill -USR2 ${process.pid}; done`;
  const ignored = () => undefined;
  process.on('SIGUSR2', ignored);
  const sender = spawn('sh', ['-c', signals]);
  const ended = once(sender, 'exit');
  expect(poll(new Uint8Array(8), 0, 300)).toBe(0);
  await Promise.all([heard, ended]);
  process.off('SIGUSR2', ignored);
});
