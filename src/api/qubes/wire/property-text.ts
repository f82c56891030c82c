import { linesOf } from './qube-line.ts';

/** A property as it is sent. An empty value of a `vm` or `label` is none, that of an `int` or `bool` says that there is no such attribute. */
export interface PropertyText {
  readonly isDefault: boolean;
  /** str, int, bool, vm or label, of daemons that are known. */
  readonly type: string;
  readonly value: string;
}

/** The reply to `property.Get`: `default=True type=vm sys-firewall`. */
export function encodeProperty({ isDefault, type, value }: PropertyText): string {
  return `default=${isDefault ? 'True' : 'False'} type=${type} ${value}`;
}

/** undefined where it is no property. */
export function decodeProperty(untrusted: string): PropertyText | undefined {
  const parts = /^default=(True|False) type=(\S+) (.*)$/s.exec(untrusted);
  const [, isDefault, type = '', value = ''] = parts ?? [];
  return parts === null ? undefined : { isDefault: isDefault === 'True', type, value };
}

/** The reply to `property.GetDefault`; empty where there is no default. */
export function encodeDefault(property: Omit<PropertyText, 'isDefault'> | undefined): string {
  return property === undefined ? '' : `type=${property.type} ${property.value}`;
}

/** undefined where there is no default. */
export function decodeDefault(untrusted: string): PropertyText | undefined {
  return untrusted === '' ? undefined : decodeProperty(`default=True ${untrusted}`);
}

/** The reply to `property.GetAll`: a line each. */
export function encodeProperties(properties: Iterable<readonly [name: string, PropertyText]>): string {
  return Array.from(properties, ([name, property]) => `${name} ${escaped(encodeProperty(property))}\n`).join('');
}

/** Lines that are no properties are passed over. */
export function decodeProperties(untrusted: string): ReadonlyMap<string, PropertyText> {
  return new Map(
    linesOf(untrusted).flatMap((line) => {
      const space = line.indexOf(' ');
      const property = decodeProperty(unescaped(line.slice(space + 1)));
      return property === undefined ? [] : [[line.slice(0, space), property] as const];
    }),
  );
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function unescaped(text: string): string {
  return text.replaceAll(/\\[\\n]/g, (pair) => (pair === '\\n' ? '\n' : '\\'));
}
