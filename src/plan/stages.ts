import type { DesiredLab, DesiredLink } from './desired.ts';
import type { Step } from './step.ts';

/** A part of the way to a wired lab: what to make, in this order, and the nodes that then have all their wires. */
export interface Stage {
  readonly namespaces: readonly string[];
  readonly links: readonly string[];
  /** Carriers to switch, by link. */
  readonly carriers: ReadonlyMap<string, boolean>;
  /** Nodes that should run. */
  readonly complete: readonly string[];
}

/**
 * Orders the steps that make wires by node, some `size` links at a time, so that the first nodes have all their wires, and may be
 * launched, long before the last link is made. Links of shared segments come last, all at once.
 */
export function stagesOf(desired: DesiredLab, steps: readonly Step[], size = 200): readonly Stage[] {
  const todo = new Todo(desired, steps);
  const stages: Stage[] = [];
  const nodes = desired.nodes.filter((node) => node.running).map(({ name }) => name);
  let gathered: string[] = [];
  let links: DesiredLink[] = [];
  const close = () => {
    stages.push(todo.stage(links, gathered, stages.length === 0));
    [links, gathered] = [[], []];
  };
  for (const node of nodes.filter((name) => !todo.isShared(name))) {
    links.push(...todo.takeLinksOf(node));
    gathered.push(node);
    if (links.length + gathered.length >= size) close();
  }
  const shared = nodes.filter((name) => todo.isShared(name));
  links.push(...shared.flatMap((node) => todo.takeLinksOf(node)));
  gathered.push(...shared);
  close();
  return stages;
}

/** What is still to be put into a stage. */
class Todo {
  readonly #linksOf = new Map<string, DesiredLink[]>();
  readonly #connects = new Set<string>();
  readonly #namespaces = new Set<string>();
  readonly #carriers = new Map<string, boolean>();
  readonly #shared = new Set<string>();

  constructor(desired: DesiredLab, steps: readonly Step[]) {
    for (const step of steps) {
      if (step.action === 'connect') this.#connects.add(step.link);
      else if (step.action === 'make-namespace') this.#namespaces.add(step.node);
      else if (step.action === 'carrier') this.#carriers.set(step.link, step.on);
    }
    for (const link of desired.links) {
      if (!this.#connects.has(link.id)) continue;
      for (const node of link.nodes) {
        this.#linksOf.set(node, [...(this.#linksOf.get(node) ?? []), link]);
        if (link.shared) this.#shared.add(node);
      }
    }
  }

  isShared(node: string): boolean {
    return this.#shared.has(node);
  }

  /** Those that no stage has taken yet. */
  takeLinksOf(node: string): DesiredLink[] {
    return (this.#linksOf.get(node) ?? []).filter((link) => this.#connects.delete(link.id));
  }

  /** The first stage also switches the carriers of links that are there already. */
  stage(links: readonly DesiredLink[], complete: readonly string[], first: boolean): Stage {
    const ids = links.map((link) => link.id);
    const switched = first ? [...this.#carriers.keys()].filter((link) => !this.#connects.has(link)) : ids;
    const wanted = [...links.flatMap((link) => link.nodes), ...complete];
    return {
      namespaces: wanted.filter((node) => this.#namespaces.delete(node)),
      links: ids,
      carriers: new Map(switched.flatMap((link) => this.#carrier(link))),
      complete,
    };
  }

  #carrier(link: string): [string, boolean][] {
    const on = this.#carriers.get(link);
    return on === undefined ? [] : [[link, on]];
  }
}
