import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { systemFiles } from '../../host/files.ts';
import { processUsage } from './node-usage.ts';

it('tells what a process uses, and nothing of one that has ended', async () => {
  const begun = process.cpuUsage();
  const usage = await processUsage(systemFiles, '/proc', process.pid);
  const ended = process.cpuUsage();
  // The kernel counts in hundredths of a second.
  expect(usage?.processorTime).toBeGreaterThanOrEqual((begun.user + begun.system) * 1000 - 40_000_000);
  expect(usage?.processorTime).toBeLessThanOrEqual((ended.user + ended.system) * 1000 + 40_000_000);
  expect(usage?.memoryKib).toBeGreaterThan(10_000);
  const child = spawn('true');
  await new Promise((resolve) => child.once('close', resolve));
  expect(await processUsage(systemFiles, '/proc', child.pid ?? 0)).toBeUndefined();
});
