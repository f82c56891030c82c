import type { Route } from '../model/route.ts';
import { addressIn, type IpFamily, networkOf, prefixIn } from './ip-family.ts';
import { type Entries, integerIn } from './scalar-values.ts';
import { type Complain, valueFault, withoutEffect } from './value-fault.ts';
import { partsOf, textOf, type ValueText } from './value-text.ts';

/** What a kernel takes as a metric or a table. */
export const UNSIGNED: readonly [number, number] = [0, 4_294_967_295];

/** `routeN=DESTINATION/LENGTH[,NEXT HOP[,METRIC]]` with `routeN_options=NAME=VALUE,...`, in the order of N. */
export function routesOf(entries: Entries, family: IpFamily, complain: Complain): readonly Route[] {
  return numbered(entries, /^routes?(\d*)$/).flatMap(([key, value]) => {
    const route = routeIn(value, key, family, complain);
    const options = entries.get(`${key}_options`);
    if (route === undefined || options === undefined) return route ?? [];
    return { ...route, ...optionsIn(textOf(options), family, complain) };
  });
}

/** The entries whose key is NAME or NAMEn, in the order of n. */
export function numbered(entries: Entries, pattern: RegExp): readonly (readonly [string, ValueText])[] {
  const found: { readonly number: number; readonly item: readonly [string, ValueText] }[] = [];
  for (const [key, entry] of entries) {
    const number = pattern.exec(key)?.[1];
    if (number !== undefined && entry.raw !== '') found.push({ number: Number(number), item: [key, textOf(entry)] });
  }
  return found.sort((a, b) => a.number - b.number).map(({ item }) => item);
}

function routeIn(value: ValueText, key: string, family: IpFamily, complain: Complain): Route | undefined {
  const [destination, gateway, metric, more] = partsOf(value);
  if (more !== undefined)
    complain(
      valueFault(
        more.span,
        `${key} has more than DESTINATION,NEXT HOP,METRIC`,
        `put every route on a line of its own: ${key}, then the next number`,
      ),
    );
  const to = prefixIn(destination ?? value, family, `the destination of ${key}`, complain);
  if (to === undefined) return undefined;
  const via = gatewayIn(gateway, family, `the next hop of ${key}`, complain);
  const cost =
    metric === undefined || metric.text === '' ? undefined : integerIn(metric, `the metric of ${key}`, UNSIGNED, complain);
  return {
    destination: networkOf(to),
    ...(via === undefined ? {} : { gateway: via }),
    ...(cost === undefined ? {} : { metric: cost }),
  };
}

/** An empty next hop, and the unspecified address, mean that there is none. */
export function gatewayIn(value: ValueText | undefined, family: IpFamily, what: string, complain: Complain): string | undefined {
  if (value === undefined || value.text === '' || value.text === family.unspecified) return undefined;
  return addressIn(value, family, what, complain);
}

type Options = Pick<Route, 'table' | 'onlink' | 'mtu' | 'source'>;

function optionsIn(value: ValueText, family: IpFamily, complain: Complain): Options {
  return Object.assign({}, ...partsOf(value).map((part) => optionIn(part, family, complain))) as Options;
}

function optionIn(part: ValueText, family: IpFamily, complain: Complain): Options {
  if (part.text === '') return {};
  const [name = '', text = ''] = part.text.split(/=(.*)/s);
  const value = { text, span: { from: part.span.to - text.length, to: part.span.to } };
  if (name === 'table' || name === 'mtu') {
    const number = integerIn(value, name, name === 'mtu' ? [68, 65_535] : UNSIGNED, complain);
    return number === undefined ? {} : { [name]: number };
  }
  if (name === 'src') {
    const source = addressIn(value, family, 'src', complain);
    return source === undefined ? {} : { source };
  }
  if (name === 'onlink') return { onlink: text === 'true' || text === '1' };
  complain(withoutEffect(part.span, `weft does not carry out the route option ${name}`, 'it knows table, onlink, mtu and src'));
  return {};
}
