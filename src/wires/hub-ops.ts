import { type KernelOp, PANEL } from '../boundary/kernel.ts';
import type { HubPort } from './wire.ts';

/**
 * Every frame that enters at one port of a hub leaves at all the others. To be run after `setUp`, and again when the hub's set of ports
 * changes; `ports` are those of one hub.
 */
export function hubOps(ports: readonly HubPort[]): KernelOp[] {
  return ports.map((port) => {
    const to = ports.filter((other) => other !== port).map((other) => other.leaves);
    return { op: 'redirect', netns: PANEL, from: port.enters, to, ...(port.marked ? { marked: true } : {}) };
  });
}
