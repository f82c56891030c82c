import { QubesError } from '../../api/qubes/qubes-error.ts';

/** Does what may be refused with an exception of that type, which is as good as done. */
export async function ignoring(type: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (failure) {
    if (!(failure instanceof QubesError) || failure.type !== type) throw failure;
  }
}
