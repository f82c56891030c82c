import type { QubesView } from '../../../boundary/qubes-lab.ts';
import type { AttributeChanges } from '../../../model/change.ts';
import { quoted } from '../python-text.ts';
import type { Qube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';

export type PropertyType = 'str' | 'int' | 'bool' | 'vm' | 'label';

/** A setting of a qube or, where the qube is none, of the whole lab, as Qubes names it. Values are texts in Qubes' manner: True, False, a number. */
export interface Property<S = Qube> {
  readonly name: string;
  readonly type: PropertyType;
  readonly help: string;
  /** What it is where nobody chose; undefined where there is nothing then, which a client takes for a missing attribute, or for no qube. */
  readonly inherited: (view: QubesView, subject: S) => string | undefined;
  /** What was chosen; undefined where nothing was. */
  readonly chosen?: (view: QubesView, subject: S) => string | undefined;
  /** The attribute that holds what was chosen. */
  readonly attribute?: string;
  /** The edit that sets it, undefined resets it; a QubesError where the value is none. Left out where it cannot be set. */
  readonly edit?: (view: QubesView, subject: S, untrusted: string | undefined) => AttributeChanges;
}

/** Its value now, and whether nobody chose it. */
export function propertyValue<S>(
  property: Property<S>,
  view: QubesView,
  subject: S,
): { readonly value: string; readonly isDefault: boolean } {
  const chosen = property.chosen?.(view, subject);
  return chosen === undefined
    ? { value: property.inherited(view, subject) ?? '', isDefault: true }
    : { value: chosen, isDefault: false };
}

/** The value of a bool as attributes have it, in Qubes' words, and back. */
export const truthText = (attribute: string): string => (attribute === 'true' ? 'True' : 'False');

export function parseBool(untrusted: string): string {
  const word = untrusted.toLowerCase();
  if (['1', 'yes', 'true', 'on'].includes(word)) return 'true';
  if (['0', 'no', 'false', 'off'].includes(word)) return 'false';
  throw new QubesError('QubesValueError', `Invalid literal for boolean property: ${quoted(untrusted)}`);
}

/** Whole numbers up to 2^31 - 1; `least` is the smallest that the property takes. */
export function parseInteger(name: string, untrusted: string, least: number): string {
  if (!/^[+-]?[0-9]{1,10}$/.test(untrusted)) throw unparsable('int');
  const value = Number.parseInt(untrusted, 10);
  if (value < least) throw new QubesError('QubesPropertyValueError', `${name} must be positive${least === 0 ? ' or zero' : ''}`);
  if (value > 0x7fffffff) throw unparsable('int');
  return String(value);
}

/** Printable ASCII. */
export function parseText(untrusted: string): string {
  if (/^[ -~]*$/.test(untrusted)) return untrusted;
  throw new QubesError('QubesValueError', 'Invalid characters in property value');
}

export function unparsable(type: string): QubesError {
  return new QubesError('QubesValueError', `Failed to parse property value as ${type}`);
}
