import type { Clock } from '../../boundary/clock.ts';
import type { NodeHandle } from '../../boundary/driver.ts';

/** How long a script is watched for an end right after its start where nobody says that its launch is through. Milliseconds. */
const earlyEnd = 700;
/** It is watched in so many parts: an engine that gets no processor time hears of an end no earlier than its clock goes off. */
const parts = 14;
/** How long it is watched where the hypervisor says so: a machine at work elsewhere may take long for that. Milliseconds. */
const patience = 20_000;

/** Resolves once what was launched will not end early any more, as far as can be told, or has ended. */
export async function launchIsThrough(
  clock: Clock,
  { answers }: Pick<NodeHandle, 'answers'>,
  ended: Promise<unknown>,
  timeoutMs: number,
): Promise<void> {
  if (answers === undefined) return await pastEarlyEnd(clock, ended);
  const { promise: answered, resolve } = Promise.withResolvers<void>();
  answers(timeoutMs).then(resolve, () => undefined);
  await clock.sleep(patience, Promise.race([answered, ended]));
}

/** Resolves once a script has not ended right after its start, or has. */
export async function pastEarlyEnd(clock: Clock, ended: Promise<unknown>): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  ended.then(end, end);
  for (let part = 0; part < parts && !over; part += 1) await clock.sleep(earlyEnd / parts, ended);
}
