import type { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import { quoted } from '../../api/qubes/python-text.ts';
import type { ListedQube } from '../../api/qubes/wire/qube-line.ts';
import { UsageError } from '../complaints.ts';
import type { Positional } from '../verb.ts';
import type { Words } from '../words.ts';
import { byCodePoints } from './by-code-points.ts';
import type { ToolOption } from './tool.ts';

/** Of a tool that acts on several qubes. */
export const CHOICE_OPTIONS: readonly ToolOption[] = [
  { flags: '--all', meaning: 'perform the action on all qubes' },
  { flags: '--exclude <name>', meaning: 'exclude the qube from --all', repeats: true, completes: 'node' },
];

export const SEVERAL_QUBES: Positional = {
  syntax: '[VMNAME...]',
  meaning: 'names of qubes, or patterns such as sys-*',
  completes: 'node',
};
export const ONE_QUBE: Positional = { syntax: '<VMNAME>', meaning: 'the qube', completes: 'node' };

/** All qubes, in the order of their names. */
export async function allQubes(client: QubesClient): Promise<readonly ListedQube[]> {
  return [...(await client.list())].sort((a, b) => byCodePoints(a.name, b.name));
}

/** The qube of that name; a UsageError where there is none. */
export async function oneQube(client: QubesClient, name: string): Promise<ListedQube> {
  return named(await client.list(), name);
}

/** The qubes that the words mean, all but dom0 with --all; a UsageError where a name is none, and where nothing is named. */
export async function chosenQubes(client: QubesClient, words: Words): Promise<readonly ListedQube[]> {
  requireChoice(words, true);
  if (!words.flag('all')) return await namedQubes(client, words.positional);
  const excluded = words.list('exclude');
  return (await allQubes(client)).filter((qube) => qube.class !== 'AdminVM' && !excluded.includes(qube.name));
}

/** The qubes of these names and patterns, in their order, each once; a UsageError where a name is none. */
export async function namedQubes(client: QubesClient, names: readonly string[]): Promise<readonly ListedQube[]> {
  const qubes = await allQubes(client);
  const chosen = new Map<string, ListedQube>();
  for (const word of names) {
    const found = /[*?[\]!]/.test(word) ? qubes.filter(({ name }) => matches(word, name)) : [named(qubes, word)];
    for (const qube of found) chosen.set(qube.name, qube);
  }
  return [...chosen.values()];
}

/** A UsageError unless names are given, or --all, and not both. */
export function requireChoice(words: Words, required: boolean): void {
  const all = words.flag('all');
  if (all && words.positional.length > 0) throw new UsageError('argument VMNAME: not allowed with argument --all');
  if (!all && words.list('exclude').length > 0) throw new UsageError('--exclude can only be used with --all');
  if (required && !all && words.positional.length === 0) throw new UsageError('one of the arguments --all VMNAME is required');
}

function named(qubes: readonly ListedQube[], name: string): ListedQube {
  const qube = qubes.find((candidate) => candidate.name === name);
  if (qube === undefined) throw new UsageError(`no such domain: ${quoted(name)}`);
  return qube;
}

/** The patterns of a shell, for a whole name: `*`, `?`, `[seq]`, `[!seq]`. A bracket that is not closed stands for itself. */
export function matches(pattern: string, name: string): boolean {
  const parts = pattern.match(/\[!?\]?[^\]]*\]|[\s\S]/g) ?? [];
  const source = parts.map((part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    if (part.length === 1) return literal(part);
    const isNot = part.startsWith('[!');
    const inner = part.slice(isNot ? 2 : 1, -1).replaceAll(/[\\\]^[]/g, '\\$&');
    return `[${isNot ? '^' : ''}${inner}]`;
  });
  return new RegExp(`^${source.join('')}$`, 's').test(name);
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
}
