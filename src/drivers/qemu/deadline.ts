import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';

/** Waits for `wanted`, at most `milliseconds`; then fails with code `timeout`. `wanted` goes on by itself. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  wanted: Promise<T>,
  late: () => string,
  options: { hint?: string } = {},
): Promise<T> {
  const timer = clock.sleep(Math.max(0, milliseconds), wanted).then(() => LATE);
  // On a tie the answer wins: it settled before the sleep that it cut short.
  const first = await Promise.race([wanted, timer]);
  if (first !== LATE) return first as T;
  wanted.catch(() => undefined);
  throw new HostError('timeout', late(), options);
}

const LATE: unique symbol = Symbol('late');
