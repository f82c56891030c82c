import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import type { Ledger } from './ledger.ts';

const CLASSES: Readonly<Partial<Record<string, string>>> = {
  AdminVM: '0',
  TemplateVM: 't',
  AppVM: 'a',
  StandaloneVM: 's',
  DispVM: 'd',
};

const STATES = ['running', 'transient', 'paused', 'suspended', 'halting', 'dying', 'crashed'];

/** Properties that are true, in their order. */
const TRUTHS = [
  ['updateable', 'U'],
  ['provides_network', 'N'],
  ['installed_by_rpm', 'R'],
  ['internal', 'i'],
  ['debug', 'D'],
  ['autostart', 'A'],
] as const;

/** The FLAGS of qvm-ls: the class, in capitals for a machine that is virtualized in full, the state, and a letter for each truth. */
export async function flagsOf({ name, state, ...qube }: ListedQube, ledger: Ledger): Promise<string> {
  const properties = await ledger.properties(name);
  const letter = CLASSES[qube.class] ?? '-';
  const isFull = properties.get('virt_mode')?.value === 'hvm';
  const power = STATES.includes(state.toLowerCase()) ? state.charAt(0).toLowerCase() : state === 'Unknown' ? '?' : '-';
  const truths = TRUTHS.map(([property, flag]) => (properties.get(property)?.value === 'True' ? flag : '-'));
  return [isFull ? letter.toUpperCase() : letter, power, ...truths].join('');
}
