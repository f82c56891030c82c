import { type KernelOp, PANEL } from '../boundary/kernel.ts';

/** Every frame that enters at one port of a hub leaves at all the others. To be run again when the set of ports changes; `ports` are `Wire.hubPorts` names. */
export function hubOps(ports: readonly string[]): KernelOp[] {
  return ports.map((from) => ({ op: 'redirect', netns: PANEL, from, to: ports.filter((port) => port !== from) }));
}
