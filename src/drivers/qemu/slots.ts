import { type Ask, children, PERIPHERAL, propertyOf } from './network-devices.ts';

/** The root ports of bundled q35 scripts (`rp0`, `rp1`...) among the devices: first those that no link had from the start. */
export function slotsAmong(ids: readonly string[]): readonly string[] {
  const slots = numbered(ids, /^rp(\d+)$/);
  const first = Math.max(-1, ...numbered(ids, /^link(\d+)$/)) + 1;
  return [...slots.filter((slot) => slot >= first), ...slots.filter((slot) => slot < first)].map((slot) => `rp${slot}`);
}

/** The first of the slots that nothing sits in; undefined when all are taken. */
export async function freeSlot(ask: Ask, slots: readonly string[]): Promise<string | undefined> {
  for (const slot of slots) {
    const bus = children(await ask('qom-list', { path: `${PERIPHERAL}/${slot}/${slot}` }));
    if (!bus.some(({ name }) => name.startsWith('child['))) return slot;
  }
  return undefined;
}

/** How the guest addresses the root port that the device sits behind, as in `/sys/bus/pci`; undefined where it has none of its own. */
export async function slotAddress(ask: Ask, device: string): Promise<string | undefined> {
  const slot = /\/(rp\d+)$/.exec((await propertyOf(ask, device, 'parent_bus')) ?? '')?.[1];
  const place = slot === undefined ? undefined : Number(await propertyOf(ask, slot, 'addr'));
  if (place === undefined || !Number.isInteger(place)) return undefined;
  return `0000:00:${(place >> 3).toString(16).padStart(2, '0')}.${place & 7}`;
}

function numbered(ids: readonly string[], pattern: RegExp): number[] {
  return ids
    .flatMap((id) => {
      const number = pattern.exec(id)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .toSorted((a, b) => a - b);
}
