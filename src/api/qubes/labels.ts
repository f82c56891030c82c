import type { Topology } from '../../model/topology.ts';
import { QubesError } from './qubes-error.ts';

/** A colour that people mark qubes with. */
export interface QubeLabel {
  readonly name: string;
  readonly index: number;
  /** `0xRRGGBB` */
  readonly colour: string;
}

/** The attribute of the graph that holds a lab's own labels. */
export const LABELS = 'qn_labels';

const EVERYWHERE: readonly QubeLabel[] = [
  ['red', '0xcc0000'],
  ['orange', '0xf57900'],
  ['yellow', '0xedd400'],
  ['green', '0x73d216'],
  ['gray', '0x555555'],
  ['blue', '0x3465a4'],
  ['purple', '0x75507b'],
  ['black', '0x000000'],
].map(([name = '', colour = ''], at) => ({ name, colour, index: at + 1 }));

/** Those of Qubes, then those of the lab, in the order of their indices. */
export function labelsOf({ attributes }: Topology): readonly QubeLabel[] {
  const own = (attributes[LABELS] ?? '').split('\n').flatMap((line) => {
    const [, index = '', name = '', colour = ''] = /^([0-9]{1,6}) ([A-Za-z0-9._-]+) (0x[0-9a-f]{6})$/.exec(line) ?? [];
    return name === '' || isEverywhere(Number(index)) ? [] : [{ name, index: Number(index), colour }];
  });
  return [...EVERYWHERE, ...own.sort((a, b) => a.index - b.index)];
}

/** The labels of a lab as its attribute holds them; null where it has none. */
export function labelsText(labels: readonly QubeLabel[]): string | null {
  const own = labels.filter(({ index }) => !isEverywhere(index));
  return own.length === 0 ? null : own.map(({ name, index, colour }) => `${index} ${name} ${colour}`).join('\n');
}

export function isEverywhere(index: number): boolean {
  return index <= EVERYWHERE.length;
}

/** A label by its name or index; a QubesError where there is none. */
export function requireLabel(topology: Topology, untrusted: string): QubeLabel {
  const found = labelsOf(topology).find(({ name, index }) => untrusted === name || untrusted === String(index));
  if (found !== undefined) return found;
  throw new QubesError('QubesLabelNotFoundError', `Label does not exist: ${untrusted}`);
}
