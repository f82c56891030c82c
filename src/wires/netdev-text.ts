import type { NetdevPlug } from './wire.ts';

/** The `-netdev` value without the id. `descriptor` is the number under which the process finds what it was handed, or a name given by QMP `getfd`. */
export function netdevText(plug: NetdevPlug, descriptor: number | string | undefined): string {
  if (plug.descriptor === undefined) return plug.netdev;
  if (descriptor === undefined) throw new Error(`netdev ${plug.netdev} needs a descriptor`);
  return plug.netdev.replace('{fd}', String(descriptor));
}
