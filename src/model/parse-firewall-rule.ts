import type { FirewallRule } from './firewall-rule.ts';
import { nearestName } from './nearest-name.ts';
import { readFirewallDestination } from './read-firewall-destination.ts';
import type { TextFault } from './text-fault.ts';

/** A rule, or all that is wrong with its line. */
export interface ParsedFirewallRule {
  /** Undefined where there are faults. */
  readonly rule: FirewallRule | undefined;
  /** In the order of the line. */
  readonly faults: readonly TextFault[];
}

/** The last second of the year 9999, which is the last that Qubes can tell. */
const LATEST = 253_402_300_799;

/** What each key's value says, or what was expected of it. */
const READERS = {
  action: oneOf({ accept: { action: 'accept' }, drop: { action: 'drop' } }),
  expire: number(LATEST, 'seconds since 1970', (expire) => ({ expire })),
  dsthost: destination,
  dst4: destination,
  dst6: destination,
  dstname: destination,
  proto: oneOf({ tcp: { proto: 'tcp' }, udp: { proto: 'udp' }, icmp: { proto: 'icmp' } }),
  specialtarget: oneOf({ dns: { specialTarget: 'dns' } }),
  dstports: ports,
  icmptype: number(255, 'a number from 0 to 255', (icmpType) => ({ icmpType })),
} satisfies Readonly<Record<string, Reader>>;

const EXAMPLES: Readonly<Record<Key, string>> = {
  action: 'accept',
  expire: '1767225600',
  dsthost: 'www.example.com',
  dst4: '192.0.2.0/24',
  dst6: '2001:db8::/32',
  dstname: 'www.example.com',
  proto: 'tcp',
  specialtarget: 'dns',
  dstports: '443',
  icmptype: '8',
};

type Reader = (value: string) => Partial<FirewallRule> | string;
type Key = keyof typeof READERS;

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Reads one rule as Qubes' Admin API has them (specs: Qubes networking, section 6): `KEY=VALUE` with one space between them in any order,
 * `comment=` last. Strict: unknown and repeated keys, and values that cannot be meant, are faults, all of them told. Offsets begin at `at`.
 */
export function parseFirewallRule(line: string, at = 0): ParsedFirewallRule {
  const remark = /(?<=^|\s)comment=/.exec(line);
  const settings = line.slice(0, remark?.index ?? line.length);
  const words = wordsIn(settings, at);
  const read = words.map((word) => ({ word, ...readSetting(word) }));
  const said = remark === null ? undefined : remark.index + remark[0].length;
  const comment = said === undefined ? undefined : readComment(line.slice(said), at + said);
  const faults = [
    ...spacing(settings, at),
    ...read.flatMap(({ fault }) => fault ?? []),
    ...repeated(read),
    ...(comment?.fault ?? []),
  ];
  const known = read.every(({ key }) => key !== undefined);
  const missing = known ? incomplete(new Map(read.map(({ key, word }) => [key ?? '', word])), line, at) : [];
  const all = [...faults, ...missing].sort((one, other) => one.from - other.from);
  const parts: Partial<FirewallRule> = Object.assign({}, ...read.map(({ part }) => part), comment?.part);
  const { action } = parts;
  return { rule: all.length > 0 || action === undefined ? undefined : { ...parts, action }, faults: all };
}

interface Setting {
  /** Undefined where there is no such key. */
  readonly key: Key | undefined;
  readonly part?: Partial<FirewallRule>;
  readonly fault?: TextFault;
}

function readSetting(word: Word): Setting {
  const at = word.text.indexOf('=');
  const [name, value] = at < 0 ? [word.text, undefined] : [word.text.slice(0, at), word.text.slice(at + 1)];
  if (value === undefined) {
    const meant = name === 'accept' || name === 'drop' ? `write action=${name}` : 'write KEY=VALUE, such as action=accept';
    return { key: undefined, fault: fault(word, `${name} is no setting of a rule`, meant) };
  }
  if (!isKey(name)) {
    const nearest = nearestName(name, [...Object.keys(READERS), 'comment']);
    const hint = nearest === undefined ? `there are: ${Object.keys(READERS).join(' ')} comment` : `did you mean ${nearest}?`;
    return { key: undefined, fault: fault(word, `a rule has no ${name === '' ? 'key without a name' : name}`, hint) };
  }
  const part = READERS[name](value);
  if (typeof part !== 'string') return { key: name, part };
  const message = `${name} cannot be ${value === '' ? 'empty' : value}: expected ${part}`;
  return { key: name, fault: fault(word, message, `write ${name}=${EXAMPLES[name]}`) };
}

function readComment(text: string, at: number): { part: Partial<FirewallRule>; fault: TextFault[] } {
  const [first] = text.matchAll(/[^A-Za-z0-9:;,./_[\] -]+/g);
  if (first === undefined) return { part: text === '' ? {} : { comment: text }, fault: [] };
  const from = at + first.index;
  const hint = 'a comment is the last of a rule, and has letters, digits, spaces and : ; , . / - _ [ ]';
  return { part: {}, fault: [{ from, to: from + first[0].length, message: `a comment cannot have ${first[0]}`, hint }] };
}

/** All that say where packets go are one. */
function repeated(read: readonly (Setting & { readonly word: Word })[]): TextFault[] {
  const seen = new Set<string>();
  return read.flatMap(({ key, word }) => {
    if (key === undefined) return [];
    const said = key.startsWith('dst') && key !== 'dstports' ? 'the destination' : key;
    if (!seen.has(said)) {
      seen.add(said);
      return [];
    }
    return [fault(word, `${said} is given twice`, 'leave one out, or write two rules')];
  });
}

/** What is missing of a rule whose keys are all known. */
function incomplete(words: ReadonlyMap<string, Word>, line: string, at: number): TextFault[] {
  const [action, proto, dstports, icmptype] = ['action', 'proto', 'dstports', 'icmptype'].map((key) => words.get(key));
  const [whole] = line.matchAll(/\S.*/g);
  const from = at + (whole?.index ?? 0);
  const faults: TextFault[] = [];
  if (action === undefined) {
    const to = from + (whole?.[0].trimEnd().length ?? 0);
    faults.push({ from, to, message: 'a rule needs an action', hint: 'begin with action=accept or action=drop' });
  }
  if (dstports !== undefined && (proto === undefined || proto.text === 'proto=icmp')) {
    faults.push(fault(dstports, 'dstports needs proto=tcp or proto=udp', 'say which, or leave the ports out'));
  }
  if (icmptype !== undefined && (proto === undefined || proto.text === 'proto=tcp' || proto.text === 'proto=udp')) {
    faults.push(fault(icmptype, 'icmptype needs proto=icmp', 'say so, or leave the type out'));
  }
  return faults;
}

function wordsIn(text: string, at: number): Word[] {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    from: at + index,
    to: at + index + word.length,
  }));
}

function spacing(settings: string, at: number): TextFault[] {
  return [...settings.matchAll(/(?<=\S)\s+(?=\S)/g)].flatMap(({ 0: gap, index }) => {
    if (gap === ' ') return [];
    const message = 'one space stands between two settings';
    return [{ from: at + index, to: at + index + gap.length, message, hint: 'leave the others out' }];
  });
}

function destination(value: string): Partial<FirewallRule> | string {
  const read = readFirewallDestination(value);
  return typeof read === 'string' ? read : { destination: read };
}

function ports(value: string): Partial<FirewallRule> | string {
  const [, first, last = first] = /^([0-9]{1,5})(?:-([0-9]{1,5}))?$/.exec(value) ?? [];
  const [from, to] = [Number(first), Number(last)];
  const fits = first !== undefined && from <= to && to <= 65_535;
  return fits ? { ports: { from, to } } : 'a port from 0 to 65535, or two in ascending order such as 8000-8080';
}

function number(most: number, expected: string, part: (value: number) => Partial<FirewallRule>): Reader {
  const digits = String(most).length;
  return (value) => (/^[0-9]+$/.test(value) && value.length <= digits && Number(value) <= most ? part(Number(value)) : expected);
}

function oneOf(choices: Readonly<Record<string, Partial<FirewallRule>>>): Reader {
  const expected = Object.keys(choices).join(' or ');
  return (value) => (Object.hasOwn(choices, value) ? choices[value] : undefined) ?? expected;
}

function isKey(name: string): name is Key {
  return Object.hasOwn(READERS, name);
}

function fault({ from, to }: Word, message: string, hint: string): TextFault {
  return { from, to, message, hint };
}
