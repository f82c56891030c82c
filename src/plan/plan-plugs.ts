import type { DesiredLab, DesiredPlug } from './desired.ts';
import type { ObservedLab, ObservedPlug } from './observed.ts';
import type { PortStep } from './step.ts';

interface Wanted extends DesiredPlug {
  readonly link: string;
}

/** What is to happen to the network devices of virtual machines. */
export interface PlugPlan {
  readonly plug: readonly PortStep[];
  readonly unplug: readonly PortStep[];
  /** Machines that cannot take what they should have while they run, and why. */
  readonly restart: ReadonlyMap<string, string>;
}

/**
 * Network devices to plug into virtual machines that run, and to take out of them. A device stays while its port, its MAC and the place that
 * it is connected to do: a link that moves to another peer needs no new device. Of machines that cannot be asked nothing is planned.
 */
export function planPlugs(desired: DesiredLab, observed: ObservedLab): PlugPlan {
  const wanted = wantedPlugs(desired);
  const plug: PortStep[] = [];
  const unplug: PortStep[] = [];
  const restart = new Map<string, string>();
  for (const { name: node, running } of desired.nodes) {
    const found = observed.plugs.get(node);
    if (!running || found === undefined) continue;
    const { devices, spare } = found;
    const steps = planNode(node, devices, wanted.get(node) ?? new Map<string, Wanted>());
    // What goes leaves its room to what comes.
    const room = spare === undefined ? undefined : spare + steps.unplug.length;
    if (steps.plug.length > (room ?? 0)) restart.set(node, tooFew(steps.plug.length, room));
    plug.push(...steps.plug);
    unplug.push(...steps.unplug);
  }
  return { plug: plug.filter(({ node }) => !restart.has(node)), unplug, restart };
}

function wantedPlugs({ links }: DesiredLab): ReadonlyMap<string, ReadonlyMap<string, Wanted>> {
  const wanted = new Map<string, Map<string, Wanted>>();
  for (const link of links) {
    for (const plug of link.plugs ?? []) {
      const ports = wanted.get(plug.node) ?? new Map<string, Wanted>();
      wanted.set(plug.node, ports.set(plug.port, { ...plug, link: link.id }));
    }
  }
  return wanted;
}

function planNode(
  node: string,
  devices: readonly ObservedPlug[],
  ports: ReadonlyMap<string, Wanted>,
): { readonly plug: PortStep[]; readonly unplug: PortStep[] } {
  const kept = new Set<string>();
  const unplug = devices.flatMap((device): PortStep[] => {
    const port = ports.get(device.port);
    const reason = whyNot(device, port);
    if (reason !== undefined) return [{ action: 'unplug', node, port: device.port, link: port?.link ?? '', reason }];
    kept.add(device.port);
    return [];
  });
  const plug = [...ports.values()]
    .filter(({ port }) => !kept.has(port))
    .map(({ port, link }): PortStep => ({ action: 'plug', node, port, link, reason: `${node} runs without it` }));
  return { plug, unplug };
}

function tooFew(wanted: number, room: number | undefined): string {
  if (room === undefined) return 'it cannot take a network device while it runs';
  return `it should get ${wanted} more network devices, and has room for ${room} while it runs`;
}

function whyNot(device: ObservedPlug, wanted: Wanted | undefined): string | undefined {
  if (wanted === undefined) return 'the topology has no link at this port';
  if (device.mac.toLowerCase() !== wanted.mac.toLowerCase()) return `its MAC should be ${wanted.mac}`;
  return device.place === wanted.place ? undefined : 'it has to be connected elsewhere';
}
