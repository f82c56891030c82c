import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { isIpv4, isIpv6 } from '../../../model/ip-prefix.ts';
import { parseMac } from '../../../model/mac-address.ts';
import type { Attributes } from '../../../model/topology.ts';
import { NO_NETVM } from '../../../model/uplink-tree.ts';
import { findQube, type Qube, requireName } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { type Property, type PropertyType, parseBool, parseInteger, parseText, truthText, unparsable } from './property.ts';

/** Where the attributes of a subject are. */
interface Place<S> {
  readonly own: (view: QubesView, subject: S) => Attributes | undefined;
  /** Attributes that are the defaults of its own. */
  readonly shared: (view: QubesView) => Attributes | undefined;
}

export const ON_QUBE: Place<Qube> = { own: (_, { node }) => node?.attributes, shared: ({ topology }) => topology.attributes };
export const ON_LAB: Place<undefined> = { own: ({ topology }) => topology.attributes, shared: () => undefined };

/** How an attribute is read and written as a property. */
interface Form {
  readonly type: PropertyType;
  /** The attribute's text in Qubes' words; undefined where it means nothing. */
  readonly read: (view: QubesView, attribute: string) => string | undefined;
  readonly write: (view: QubesView, untrusted: string) => string;
}

/** A property that is kept in an attribute. `attribute` is `qn_` and its name, where left out. */
export interface Kept {
  readonly name: string;
  readonly help: string;
  readonly form: Form;
  readonly fallback?: string;
  readonly attribute?: string;
}

export function kept<S>(place: Place<S>, { name, help, form, fallback, attribute = `qn_${name}` }: Kept): Property<S> {
  const read = (view: QubesView, attributes: Attributes | undefined) => {
    const text = attributes?.[attribute];
    return text === undefined || text === '' ? undefined : form.read(view, text);
  };
  return {
    name,
    type: form.type,
    help,
    attribute,
    chosen: (view, subject) => read(view, place.own(view, subject)),
    inherited: (view) => read(view, place.shared(view)) ?? fallback,
    edit: (view, _, untrusted) => ({ [attribute]: untrusted === undefined ? null : form.write(view, untrusted) || null }),
  };
}

export const BOOL: Form = { type: 'bool', read: (_, text) => truthText(text), write: (_, text) => parseBool(text) };

export const TEXT: Form = { type: 'str', read: (_, text) => text, write: (_, text) => parseText(text) };

/** `least` is the smallest number that is taken. */
export function integer(name: string, least: number): Form {
  const read = (_: QubesView, text: string) => (/^[0-9]{1,10}$/.test(text) ? String(Number(text)) : undefined);
  return { type: 'int', read, write: (_, text) => parseInteger(name, text, least) };
}

/** Text of a certain form; `expected` is what is said of any other. */
export function matching(pattern: RegExp, expected: string): Form {
  const write = (_: QubesView, text: string) => {
    if (pattern.test(parseText(text))) return text;
    throw new QubesError('QubesPropertyValueError', expected);
  };
  return { type: 'str', read: (_, text) => text, write };
}

/** A qube by its name, or none. */
export function qube(name: string): Form {
  return {
    type: 'vm',
    read: (view, text) => (text !== NO_NETVM && findQube(view, text) !== undefined ? text : ''),
    write: (view, text) => (text === '' ? NO_NETVM : requireQubeFor(view, name, text)),
  };
}

/** The name of a qube that there is; a QubesError otherwise. */
export function requireQubeFor(view: QubesView, property: string, untrusted: string): string {
  if (findQube(view, untrusted) !== undefined) return untrusted;
  requireName(untrusted);
  throw new QubesError('QubesPropertyValueError', `Can't set ${property} to non-existing qube ${untrusted}`);
}

export const IPV4: Form = addressForm(isIpv4, 'IPv4Address');
export const IPV6: Form = addressForm(isIpv6, 'IPv6Address');

function addressForm(isAddress: (text: string) => boolean, type: string): Form {
  const write = (_: QubesView, text: string) => {
    if (isAddress(text)) return text;
    throw unparsable(type);
  };
  return { type: 'str', read: (_, text) => text, write };
}

export const MAC: Form = {
  type: 'str',
  read: (_, text) => parseMac(text),
  write: (_, text) => {
    const mac = parseMac(text);
    if (mac !== undefined) return mac;
    throw new QubesError('QubesPropertyValueError', 'Invalid MAC address: six bytes such as 00:16:3e:5e:6c:00 are expected');
  },
};

/** MiB, as `-m` of QEMU takes it. */
export const MEMORY: Form = {
  type: 'int',
  read: (_, text) => mebibytes(text),
  write: (_, text) => `${parseInteger('memory', text, 1)}M`,
};

function mebibytes(size: string): string | undefined {
  const [, number = '', unit = ''] = /^([0-9]{1,12}(?:\.[0-9]+)?)([bkmgtpe]?)$/i.exec(size) ?? [];
  if (number === '') return undefined;
  const power = unit === '' ? 2 : 'bkmgtpe'.indexOf(unit.toLowerCase());
  return String(Math.max(1, Math.round(Number(number) * 1024 ** (power - 2))));
}
