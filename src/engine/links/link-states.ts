import { type ConditionedInterface, HOST, type Kernel, PANEL } from '../../boundary/kernel.ts';
import type { Conditions } from '../../model/link-conditions.ts';
import type { LinkState, WayState } from '../../model/link-state.ts';
import type { LinkEnd } from '../../model/topology.ts';
import type { Outlet } from '../../wires/wire.ts';
import type { Lab } from '../lab.ts';
import { conditionRefusals } from './conditions.ts';

/** The kernel counts times in these steps, in nanoseconds, and bandwidths in bytes. */
const TICK = 64;
const BYTE = 8;

/** The conditions of these links: what is asked for, and what the kernel shows. */
export async function linkStates(kernel: Kernel, lab: Lab, links: readonly string[]): Promise<readonly LinkState[]> {
  const outlets = links.flatMap((link) => lab.links.wires.get(link)?.outlets ?? []);
  const namespaces = new Set(outlets.map((outlet) => outlet?.netns ?? PANEL));
  if (!kernel.abilities.host) namespaces.delete(HOST);
  const found = await kernel.conditioned([...namespaces]);
  const shown = new Map(found.map((one) => [keyOf(one), one]));
  const refusals = conditionRefusals(lab, kernel.abilities);
  return links.map((link) => {
    const { tail, head } = lab.link(link);
    const wanted = lab.conditions(link);
    const [ofTail, ofHead] = lab.links.wires.get(link)?.outlets ?? [];
    const refused = refusals.get(link)?.message;
    return {
      link,
      ways: [way(tail, head, wanted.tail, ofTail, shown), way(head, tail, wanted.head, ofHead, shown)],
      ...(refused === undefined ? {} : { refused }),
    };
  });
}

function way(
  from: LinkEnd,
  to: LinkEnd,
  wanted: Conditions,
  outlet: Outlet | undefined,
  shown: ReadonlyMap<string, ConditionedInterface>,
): WayState {
  const kernels = (outlet && shown.get(keyOf(outlet))?.conditions) ?? {};
  return { from: textOf(from), to: textOf(to), wanted, inForce: asKernelCounts(wanted, kernels) ? wanted : kernels };
}

/** A cut takes everything, so the kernel shows nothing else. */
function asKernelCounts(wanted: Conditions, kernels: Conditions): boolean {
  if (wanted.cut === true || kernels.cut === true) return wanted.cut === kernels.cut;
  const { delay, jitter, rate, ...shares } = wanted;
  const counted = {
    ...shares,
    ...(delay === undefined ? {} : { delay: delay - (delay % TICK) }),
    ...(jitter === undefined ? {} : { jitter: jitter - (jitter % TICK) }),
    ...(rate === undefined ? {} : { rate: rate - (rate % BYTE) }),
  };
  const [a, b] = [Object.entries(counted), new Map(Object.entries(kernels))];
  return a.length === b.size && a.every(([name, value]) => b.get(name) === value);
}

function keyOf({ netns, name }: Outlet): string {
  return `${netns}\n${name}`;
}

function textOf({ node, port }: LinkEnd): string {
  return port === undefined ? node : `${node}:${port}`;
}
