import { isMulticast, type MacAddress, parseMac } from '../model/mac-address.ts';
import type { KeyFileEntry } from './key-file.ts';
import { type Complain, valueFault } from './value-fault.ts';
import { listOf, textOf, type ValueText } from './value-text.ts';

/** The entries of one group, by key. */
export type Entries = ReadonlyMap<string, KeyFileEntry>;

/** `otherwise` where the key is missing, empty or wrong. */
export function booleanOf(entries: Entries, key: string, otherwise: boolean, complain: Complain): boolean {
  const entry = entries.get(key);
  if (entry === undefined || entry.raw === '') return otherwise;
  const text = entry.raw.toLowerCase();
  if (['true', 'yes', '1'].includes(text)) return true;
  if (['false', 'no', '0'].includes(text)) return false;
  complain(
    valueFault(entry.valueSpan, `${key} is ${entry.raw}; true or false was expected`, `write ${key}=true or ${key}=false`),
  );
  return otherwise;
}

/** A whole number within bounds; undefined where the key is missing, empty or wrong. */
export function integerOf(
  entries: Entries,
  key: string,
  [least, most]: readonly [number, number],
  complain: Complain,
): number | undefined {
  const entry = entries.get(key);
  return entry === undefined || entry.raw === '' ? undefined : integerIn(textOf(entry), key, [least, most], complain);
}

/** The number that a text is; undefined, with a diagnostic, where it is none within the bounds. */
export function integerIn(
  { text, span }: ValueText,
  what: string,
  [least, most]: readonly [number, number],
  complain: Complain,
): number | undefined {
  const number = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  complain(valueFault(span, `${what} is ${text}; a whole number was expected`, `write a number from ${least} to ${most}`));
  return undefined;
}

/** Trimmed, escapes undone; undefined where the key is missing or empty. */
export function wordOf(entries: Entries, key: string): ValueText | undefined {
  const entry = entries.get(key);
  return entry === undefined || entry.raw === '' ? undefined : textOf(entry);
}

/** An address that an interface can own; undefined, with a diagnostic, where it is none. */
export function macIn({ text, span }: ValueText, key: string, complain: Complain): MacAddress | undefined {
  const mac = parseMac(text);
  if (mac !== undefined && !isMulticast(mac)) return mac;
  const message =
    mac === undefined
      ? `${key} is ${text}; a MAC address was expected`
      : `${key} is ${text}, a group address, which no interface may own`;
  complain({ code: 'bad-mac', severity: 'error', message, hint: 'write it like 02:00:00:12:34:56', span });
  return undefined;
}

/** A list of MACs, separated by `;`. */
export function macsOf(entries: Entries, key: string, complain: Complain): readonly MacAddress[] {
  const entry = entries.get(key);
  return (entry === undefined ? [] : listOf(entry)).flatMap((item) => macIn(item, key, complain) ?? []);
}
