import type { DesiredLab, DesiredLink } from './desired.ts';
import type { ObservedLab } from './observed.ts';
import type { Step } from './step.ts';

/**
 * The steps that lead from what is to what should be, in an order in which each finds what it needs: processes that should not run end
 * first; namespaces before the wires into them; wires and their carrier before the processes that use them.
 * A link is made as soon as one of its nodes should run; it has a carrier while both run and nobody unplugged it.
 * Nothing is planned twice: with `desired` reached, the only steps left are the carriers, which are idempotent.
 */
export function planLab(desired: DesiredLab, observed: ObservedLab): readonly Step[] {
  const running = new Set(desired.nodes.filter((node) => node.running).map((node) => node.name));
  const isUsed = (link: DesiredLink) => link.nodes.some((node) => running.has(node));
  const links = desired.links.filter(isUsed);
  const connected = desired.links.filter((link) => observed.wires.has(link.id) || isUsed(link));
  return [
    ...desired.nodes
      .filter((node) => !node.running && observed.processes.has(node.name))
      .map(({ name }): Step => ({ action: 'terminate', node: name, reason: `${name} should not run` })),
    ...namespaces(desired, links, running, observed),
    ...links
      .filter((link) => !observed.wires.has(link.id))
      .map(
        (link): Step => ({
          action: 'connect',
          link: link.id,
          reason: `${link.nodes.find((node) => running.has(node))} should run`,
        }),
      ),
    ...connected.map((link) => carrier(link, running)),
    ...desired.nodes
      .filter((node) => node.running && !observed.processes.has(node.name))
      .map(({ name }): Step => ({ action: 'launch', node: name, reason: `${name} should run` })),
  ];
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

function carrier(link: DesiredLink, running: ReadonlySet<string>): Step {
  const away = link.nodes.find((node) => !running.has(node));
  const on = link.on && away === undefined;
  const reason = link.on ? (away === undefined ? 'both ends should run' : `${away} should not run`) : 'it is unplugged';
  return { action: 'carrier', link: link.id, on, reason };
}
