import type { Clock } from '../../boundary/clock.ts';
import type { Files } from '../../boundary/files.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import type { ProgressEvent } from '../../model/outcome.ts';
import type { NodeRecord } from './node-record.ts';

/** What ends processes. */
export interface TerminateParts {
  readonly kernel: Kernel;
  readonly clock: Clock;
  readonly files: Files;
}

/** How long a process may take to end on SIGTERM before it is killed, and then on SIGKILL. Milliseconds. */
const grace = 5000;

/** Ends the processes of nodes: SIGTERM, then SIGKILL after a grace time; at once with `kill`. Those that do not run are only tidied up after. */
export async function terminate(
  records: readonly NodeRecord[],
  directory: string,
  { kernel, clock, files }: TerminateParts,
  { emit, kill = false }: { readonly emit: (event: ProgressEvent) => void; readonly kill?: boolean },
): Promise<void> {
  const alive = records.filter((record) => record.process !== undefined);
  for (const record of alive) {
    record.stopping = true;
    emit({ node: record.name, stage: 'stopping' });
  }
  const ends = Promise.all(alive.map((record) => record.exit()));
  const pids = () => alive.flatMap((record) => (record.process === undefined ? [] : [record.process.pid]));
  for (const signal of kill ? (['SIGKILL'] as const) : (['SIGTERM', 'SIGKILL'] as const)) {
    if (pids().length === 0) break;
    await kernel.signal(pids(), signal);
    // Who stands still hears of it once it goes on.
    if (signal === 'SIGTERM') await kernel.signal(await kernel.stopped(pids()), 'SIGCONT');
    await Promise.race([ends, clock.sleep(grace, ends)]);
  }
  await files.removeAll(records.map((record) => `${directory}/${record.name}.pid`));
  for (const record of records) {
    record.stopping = false;
    record.reason = undefined;
  }
  for (const record of alive) emit({ node: record.name, stage: 'stopped' });
}
