import { type KernelOp, PANEL } from '../boundary/kernel.ts';
import type { HubPort } from './wire.ts';

/**
 * Every frame that enters at one port of a hub leaves at all the others. To be run after `setUp`, and again when the hub's set of ports
 * changes; `ports` are those of one hub.
 */
export function hubOps(ports: readonly HubPort[]): KernelOp[] {
  const names = ports.map(({ name }) => name);
  return names.map((from) => ({ op: 'redirect', netns: PANEL, from, to: names.filter((name) => name !== from) }));
}
