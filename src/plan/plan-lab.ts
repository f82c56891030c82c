import type { DesiredLab, DesiredLink } from './desired.ts';
import type { ObservedLab } from './observed.ts';
import { planPlugs } from './plan-plugs.ts';
import type { NodeStep, Step } from './step.ts';

/**
 * The steps that lead from what is to what should be, in an order in which each finds what it needs: processes that should not run end
 * first; then what is no longer wanted goes, a network device always before its wire (QEMU spins on a deleted TAP); then namespaces before the
 * wires into them, wires before the devices and processes that use them.
 * A link is made as soon as one of its nodes should run; it has a carrier while both run and nobody unplugged it.
 * With `desired` reached, no step is left.
 */
export function planLab(desired: DesiredLab, observed: ObservedLab): readonly Step[] {
  const running = new Set(desired.nodes.filter((node) => node.running).map((node) => node.name));
  const isUsed = (link: DesiredLink) => link.nodes.some((node) => running.has(node));
  const links = desired.links.filter(isUsed);
  const there = desired.links.filter((link) => observed.wires.has(link.id));
  const missing = links.filter((link) => !observed.wires.has(link.id));
  const { plug, unplug, restart } = planPlugs(desired, observed);
  return [
    ...ends(desired, observed, restart),
    ...unplug,
    ...observed.strays.map((stray): Step => ({ action: 'disconnect', ...stray, reason: 'the topology has no such link' })),
    ...goneNamespaces(desired, observed),
    ...namespaces(desired, links, running, observed),
    ...missing.map(
      (link): Step => ({
        action: 'connect',
        link: link.id,
        reason: `${link.nodes.find((node) => running.has(node))} should run`,
      }),
    ),
    ...there.filter((link) => isOtherwise(link.settings, observed.settings.get(link.id))).map(adjust),
    ...[...missing, ...there]
      .filter((link) => (link.conditions ?? '') !== (observed.conditions.get(link.id) ?? ''))
      .map(condition),
    ...plug,
    ...there.filter((link) => shines(link, running) !== observed.carrier.get(link.id)).map((link) => carrier(link, running)),
    ...missing.filter((link) => !shines(link, running)).map((link) => carrier(link, running)),
    ...beginnings(desired, observed),
  ];
}

function ends(desired: DesiredLab, { processes }: ObservedLab, restart: ReadonlyMap<string, string>): NodeStep[] {
  const known = new Set(desired.nodes.map(({ name }) => name));
  const strangers = [...processes].filter((name) => !known.has(name));
  const leaving = strangers.map((node): NodeStep => ({ action: 'terminate', node, reason: `the topology has no node ${node}` }));
  const others = desired.nodes
    .filter(({ name }) => processes.has(name))
    .flatMap(({ name, running, outdated }): NodeStep[] => {
      if (!running) return [{ action: 'terminate', node: name, reason: `${name} should not run` }];
      const why = outdated ?? restart.get(name);
      return why === undefined ? [] : [{ action: 'restart', node: name, reason: why }];
    });
  return [...leaving, ...others];
}

function beginnings(desired: DesiredLab, { processes, paused }: ObservedLab): NodeStep[] {
  return desired.nodes
    .filter((node) => node.running)
    .flatMap((node): NodeStep[] => {
      const { name } = node;
      if (!processes.has(name)) return [{ action: 'launch', node: name, reason: `${name} should run` }];
      if (paused.has(name) && node.paused !== true)
        return [{ action: 'resume', node: name, reason: `${name} should not stand still` }];
      return node.paused === true && !paused.has(name)
        ? [{ action: 'pause', node: name, reason: `${name} should stand still` }]
        : [];
    });
}

function namespaces(
  desired: DesiredLab,
  links: readonly DesiredLink[],
  running: ReadonlySet<string>,
  observed: ObservedLab,
): Step[] {
  const linked = new Set(links.flatMap((link) => link.nodes));
  return desired.nodes
    .filter((node) => node.kind === 'namespace' && !observed.namespaces.has(node.name))
    .filter((node) => running.has(node.name) || linked.has(node.name))
    .map(({ name }) => ({
      action: 'make-namespace',
      node: name,
      reason: running.has(name) ? `${name} should run` : `a link of ${name} should exist`,
    }));
}

function goneNamespaces(desired: DesiredLab, observed: ObservedLab): Step[] {
  const kept = new Set(desired.nodes.filter(({ kind }) => kind === 'namespace').map(({ name }) => name));
  return [...observed.namespaces]
    .filter((name) => !kept.has(name))
    .map((node) => ({ action: 'remove-namespace', node, reason: `the topology has no namespace ${node}` }));
}

function isOtherwise(wanted: string | undefined, found: string | undefined): boolean {
  return wanted !== undefined && found !== undefined && wanted !== found;
}

function adjust({ id }: DesiredLink): Step {
  return { action: 'adjust', link: id, reason: 'its MTU, addresses or MACs have changed' };
}

function condition({ id, conditions }: DesiredLink): Step {
  return { action: 'condition', link: id, reason: conditions || 'frames should pass untouched' };
}

/** Whether a link should have a carrier. */
function shines(link: DesiredLink, running: ReadonlySet<string>): boolean {
  return link.on && link.nodes.every((node) => running.has(node));
}

function carrier(link: DesiredLink, running: ReadonlySet<string>): Step {
  const away = link.nodes.find((node) => !running.has(node));
  const reason = link.on ? (away === undefined ? 'both ends should run' : `${away} should not run`) : 'it is unplugged';
  return { action: 'carrier', link: link.id, on: shines(link, running), reason };
}
