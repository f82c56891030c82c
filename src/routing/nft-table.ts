/** A chain: the line that hooks it into the kernel, if any, and what it is to say. */
export interface NftChain {
  readonly name: string;
  readonly hook?: string;
  /** Left out: the chain is someone else's. It is made where it is missing, and never touched. */
  readonly rules?: readonly string[];
}

export interface NftSet {
  readonly name: string;
  readonly type: string;
  readonly elements: readonly string[];
}

/** A table of nft(8) as it is to be. */
export interface NftTable {
  readonly family: 'ip' | 'ip6' | 'arp';
  readonly name: string;
  /** Named, so that they keep counting when the rules are loaded again. */
  readonly counters: readonly string[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
  /** It is made anew each time: chains that are not wanted any more are gone, also those whose names nobody remembers. */
  readonly anew?: boolean;
}

/** Lines for `nft -f` that bring a table to what is described, from whatever of it exists. */
export function tableText(table: NftTable): string {
  const { anew, chains, counters, family, name, sets } = table;
  const id = `${family} ${name}`;
  const own = chains.filter(({ rules }) => rules !== undefined);
  const removal = anew ? tableRemovalText(family, name) : '';
  return `${removal}${[
    `table ${id} {`,
    ...counters.flatMap((counter) => block('counter', counter, [])),
    ...sets.flatMap((set) => block('set', set.name, [`type ${set.type}`])),
    ...chains.flatMap((chain) => block('chain', chain.name, chain.hook === undefined ? [] : [chain.hook])),
    '}',
    ...(anew ? [] : own.map((chain) => `flush chain ${id} ${chain.name}`)),
    ...(anew ? [] : sets.map((set) => `flush set ${id} ${set.name}`)),
    ...sets.filter(({ elements }) => elements.length > 0).map((set) => `add element ${id} ${set.name} ${setText(set.elements)}`),
    `table ${id} {`,
    ...own.filter(({ rules }) => rules?.length !== 0).flatMap((chain) => block('chain', chain.name, chain.rules ?? [])),
    '}',
    '',
  ].join('\n')}`;
}

/** Lines that remove a table with all that is in it, whether it exists or not. */
export function tableRemovalText(family: NftTable['family'], name: string): string {
  return `table ${family} ${name} {\n}\ndelete table ${family} ${name}\n`;
}

/** An anonymous set, or the elements of a named one; each element once. */
export function setText(elements: readonly string[]): string {
  return `{ ${[...new Set(elements)].join(', ')} }`;
}

/** The end of a rule that says why it is there; what nft(8) cannot carry in a comment is replaced or cut. */
export function commentText(untrustedReason: string): string {
  const longest = 120;
  return `comment "${untrustedReason.replaceAll(/[^ !#-[\]-~]/g, '?').slice(0, longest)}"`;
}

function block(kind: string, name: string, lines: readonly string[]): string[] {
  return [`\t${kind} ${name} {`, ...lines.map((line) => `\t\t${line}`), '\t}'];
}
