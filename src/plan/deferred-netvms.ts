import type { UplinkTree } from '../model/uplink-tree.ts';
import type { NodeFacts } from './attachments.ts';
import type { Uplink } from './uplinks.ts';

/** Clients whose uplink is to be attached anew when they go on, and the netvm that each had; empty for none (specs of Qubes networking, section 3). */
export type DeferredNetvms = Readonly<Record<string, string>>;

/** With the clients that stand still and have another netvm now. What the first change said stays, even if another takes it back. */
export function withDeferred(
  deferred: DeferredNetvms,
  [before, after]: readonly [UplinkTree, UplinkTree],
  paused: ReadonlySet<string>,
): DeferredNetvms {
  const fresh = [...paused].flatMap((client): [string, string][] => {
    const [was, is] = [before, after].map(({ nodes }) => nodes.get(client)?.netvm);
    return was === is || Object.hasOwn(deferred, client) ? [] : [[client, was ?? '']];
  });
  return fresh.length === 0 ? deferred : { ...deferred, ...Object.fromEntries(fresh) };
}

/** With the clients that stand still and whose provider ends now. */
export function withLostProviders(
  deferred: DeferredNetvms,
  uplinks: readonly Uplink[],
  ended: ReadonlySet<string>,
  paused: ReadonlySet<string>,
): DeferredNetvms {
  const fresh = uplinks.filter(({ client, provider }) => ended.has(provider) && !ended.has(client) && paused.has(client));
  const known = (client: string) => Object.hasOwn(deferred, client);
  const added = fresh.flatMap(({ client, provider }) => (known(client) ? [] : [[client, provider] as const]));
  return added.length === 0 ? deferred : { ...deferred, ...Object.fromEntries(added) };
}

/** Without those that are through: the client goes on, and has the uplink that it is to have or none; or it does not run any more. */
export function withoutSettled(
  deferred: DeferredNetvms,
  tree: UplinkTree,
  uplinks: readonly Uplink[],
  { paused, runs }: NodeFacts,
): DeferredNetvms {
  const waits = (client: string) => {
    if (!runs(client)) return false;
    if (paused(client)) return true;
    const netvm = tree.nodes.get(client)?.netvm;
    return netvm !== undefined && !uplinks.some((uplink) => uplink.client === client && uplink.provider === netvm);
  };
  const waiting = Object.entries(deferred).filter(([client]) => waits(client));
  return waiting.length === Object.keys(deferred).length ? deferred : Object.fromEntries(waiting);
}
