import type { Clock } from '../../boundary/clock.ts';
import type { NodeRecord } from './node-record.ts';

/** How long a status waits for hypervisors that do not answer. Milliseconds. */
const patience = 300;

/** Which of these nodes stand still, as the hypervisors and the kernel say; of those that do not answer in time, what is desired counts. */
export async function pausedNodes(
  records: readonly NodeRecord[],
  desired: ReadonlySet<string>,
  clock: Clock,
): Promise<ReadonlySet<string>> {
  const paused = new Set<string>();
  await Promise.all(
    records.map(async ({ name, handle, ready }) => {
      const answer = ready && handle?.paused !== undefined ? await inTime(handle.paused(), clock) : undefined;
      if (answer ?? desired.has(name)) paused.add(name);
    }),
  );
  return paused;
}

async function inTime(asked: Promise<boolean>, clock: Clock): Promise<boolean | undefined> {
  const answer = asked.catch(() => undefined);
  return await Promise.race([answer, clock.sleep(patience, answer).then(() => undefined)]);
}
