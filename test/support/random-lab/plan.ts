/** A topology as small as the model needs it: attributes by node and by link id, ends as `NODE:PORT`, hubs without a port. */
export interface Plan {
  readonly nodes: ReadonlyMap<string, Attributes>;
  readonly links: ReadonlyMap<string, PlannedLink>;
}

export type Attributes = Readonly<Record<string, string>>;

export interface PlannedLink {
  readonly tail: string;
  readonly head: string;
  readonly attributes: Attributes;
}

export const FEATURE = 'feature.attach-network-to';

/** The lines of a feature; a file has them as DOT does, with a backslash and an n between them. */
export function linesOf(feature: string): string[] {
  return feature.split(/\\n|\n/).map((line) => line.trim());
}

export function nodeOf(end: string): string {
  return end.split(':')[0] ?? '';
}

export function linkId({ tail, head }: Pick<PlannedLink, 'tail' | 'head'>): string {
  return `${tail}--${head}`;
}

export function isTaken({ links }: Plan, end: string): boolean {
  return end.includes(':') && [...links.values()].some(({ tail, head }) => tail === end || head === end);
}

/**
 * What is desired once a new file is taken: commands win over the file, part by part. undefined where a link that a command made has lost its
 * place: then the file is refused.
 */
export function merged(base: Plan, desired: Plan, file: Plan): Plan | undefined {
  const nodes = new Map<string, Attributes>();
  for (const name of new Set([...file.nodes.keys(), ...desired.nodes.keys()])) {
    const found = threeWay(base.nodes.get(name), desired.nodes.get(name), file.nodes.get(name));
    if (found !== undefined) nodes.set(name, found);
  }
  const links = new Map<string, PlannedLink>();
  const ends = new Set<string>();
  const both = ({ tail, head }: PlannedLink) => nodes.has(nodeOf(tail)) && nodes.has(nodeOf(head));
  for (const [id, link] of file.links) {
    const attributes = threeWay(base.links.get(id)?.attributes, desired.links.get(id)?.attributes, link.attributes);
    if (attributes === undefined || !both(link)) continue;
    links.set(id, { ...link, attributes });
    for (const end of [link.tail, link.head]) ends.add(end);
  }
  for (const [id, link] of desired.links) {
    const isFree = [link.tail, link.head].every((end) => !(end.includes(':') && ends.has(end)));
    if (base.links.has(id) || links.has(id)) continue;
    if (!isFree || !both(link)) return undefined;
    links.set(id, link);
  }
  return { nodes, links };
}

function threeWay(
  base: Attributes | undefined,
  ours: Attributes | undefined,
  file: Attributes | undefined,
): Attributes | undefined {
  if (base === undefined) return file ?? ours;
  if (ours === undefined || file === undefined) return undefined;
  const names = new Set([...Object.keys(base), ...Object.keys(ours), ...Object.keys(file)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = ours[name] === base[name] ? file[name] : ours[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
