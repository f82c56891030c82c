import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';

/** What a listing as a tree needs to know of a qube. */
export interface TreeQube {
  readonly qube: ListedQube;
  /** undefined for none. */
  readonly netvm: string | undefined;
  readonly providesNetwork: boolean;
}

/** A qube with the number of qubes between it and the outside. */
export interface Placed {
  readonly qube: ListedQube;
  readonly depth: number;
}

/** Qubes without a network first, then each that needs none to provide one, followed by what is behind it; in the order of names. */
export function networkTree(qubes: readonly TreeQube[]): readonly Placed[] {
  const below = ({ qube, providesNetwork }: TreeQube, depth: number): readonly Placed[] => [
    { qube, depth },
    ...(providesNetwork ? qubes.filter(({ netvm }) => netvm === qube.name).flatMap((client) => below(client, depth + 1)) : []),
  ];
  const roots = qubes.filter(({ netvm }) => netvm === undefined);
  return [
    ...roots.filter(({ providesNetwork }) => !providesNetwork).map(({ qube }) => ({ qube, depth: 0 })),
    ...roots.filter(({ providesNetwork }) => providesNetwork).flatMap((root) => below(root, 0)),
  ];
}

/** A name in its place. */
export function indented(name: string, depth: number): string {
  return depth === 0 ? name : `${'  '.repeat(depth - 1)}└─${name}`;
}
