import { isGenerated, isNamespace, type Topology } from '../../model/topology.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

/**
 * Has the engine of a new lab begin while `work` goes on: for labs of namespaces alone, which need nothing else of the machine. Nothing of
 * it is left when the work fails or the user interrupts it. Whoever then connects hears why it could not begin.
 */
export async function withEngineAhead(context: Context, { name, nodes }: Topology, work: () => Promise<void>): Promise<void> {
  const labs = await context.labs();
  const isKnown = (await labs.list()).some((lab) => lab.name === name);
  if (isKnown || nodes.some((node) => isGenerated(node) && !isNamespace(node))) return await work();
  const engine = labs.launch(name).then(
    () => undefined,
    () => undefined,
  );
  const undo = () => engine.then(() => labs.remove(name));
  const stopListening = context.terminal.onInterrupt(() => {
    void undo().finally(() => context.terminal.exit(EXIT.interrupted));
  });
  try {
    await work();
  } catch (failure) {
    await undo();
    throw failure;
  } finally {
    stopListening();
  }
}
