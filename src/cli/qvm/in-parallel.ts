/** A daemon's socket takes only so many connections at once. */
const AT_ONCE = 16;

/** Does the same for each, several at a time; results in the order of `all`. The first failure is thrown once nothing runs any more. */
export async function inParallel<T, R>(all: readonly T[], work: (one: T) => Promise<R>): Promise<readonly R[]> {
  const results = new Map<number, R>();
  const queue = all.entries();
  const hand = async () => {
    for (const [at, one] of queue) results.set(at, await work(one));
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, all.length) }, hand));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
  return all.map((_, at) => results.get(at) as R);
}
