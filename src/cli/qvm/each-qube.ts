import { QubesError } from '../../api/qubes/qubes-error.ts';
import type { ListedQube } from '../../api/qubes/wire/qube-line.ts';
import { inParallel } from './in-parallel.ts';

export interface Failure {
  readonly qube: ListedQube;
  readonly error: QubesError;
}

/** What `admin.vm.Shutdown` and others say of a qube that does not run, or not as it would have to. */
export const NOT_STARTED: readonly string[] = ['QubesVMNotStartedError', 'QubesVMNotRunningError', 'QubesVMNotPausedError'];

/** Does the same with each qube, whatever becomes of the others; gives what was refused, but for exceptions of the ignored types. */
export async function eachQube(
  qubes: readonly ListedQube[],
  work: (qube: ListedQube) => Promise<unknown>,
  ignored: readonly string[] = [],
): Promise<readonly Failure[]> {
  const failures = await inParallel(qubes, async (qube) => {
    try {
      await work(qube);
      return undefined;
    } catch (error) {
      if (!(error instanceof QubesError)) throw error;
      return ignored.includes(error.type) ? undefined : { qube, error };
    }
  });
  return failures.flatMap((failure) => failure ?? []);
}
