import { portKey } from '../../address/port-key.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ObservedPlugs } from '../../plan/observed.ts';
import type { Lab } from '../lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';
import type { InterfaceIndex } from './observe-wires.ts';

/** What the hypervisors say of nodes that run: their network devices, and which stand still. Those that do not answer are left out. */
export async function observePlugs(
  lab: Lab,
  records: readonly NodeRecord[],
  places: ReadonlyMap<string, string>,
  index: InterfaceIndex,
): Promise<{ readonly plugs: ReadonlyMap<string, ObservedPlugs>; readonly paused: ReadonlySet<string> }> {
  const plugs = new Map<string, ObservedPlugs>();
  const paused = new Set<string>();
  const placeOf = (key: string) => {
    const place = places.get(key) ?? desiredPlace(lab, key);
    return place === undefined || isSocket(place) || index.has(place) ? place : undefined;
  };
  await Promise.all(
    records.map(async ({ name, handle }) => {
      if (handle === undefined) return;
      const [found, still, spare] = await Promise.all([
        answerOf(handle.ports?.()),
        answerOf(handle.paused?.()),
        answerOf(handle.freeSlots?.()),
      ]);
      if (still === true) paused.add(name);
      if (found === undefined) return;
      const devices = found.map(({ name: port, mac }) => ({ port, mac, place: placeOf(portKey(name, port)) }));
      plugs.set(name, { devices, spare });
    }),
  );
  return { plugs, paused };
}

function desiredPlace(lab: Lab, key: string): string | undefined {
  const link = lab.linkOfPort.get(key);
  const wire = link && lab.links.wires.get(link.id);
  return wire && lab.plugsOf(wire).find(({ node, port }) => portKey(node, port) === key)?.place;
}

/** Sockets between two machines show nowhere in the kernel. */
function isSocket(place: string): boolean {
  return place.startsWith('dgram,');
}

async function answerOf<T>(asked: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await asked;
  } catch (failure) {
    if (failure instanceof HostError) return undefined;
    throw failure;
  }
}
