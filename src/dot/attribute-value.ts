import { interfaceNameFault } from '../model/interface-name.ts';
import { isIpv4, isIpv6, parseIpPrefix } from '../model/ip-prefix.ts';
import { measureFault } from '../model/link-conditions.ts';
import { isMulticast, parseMac } from '../model/mac-address.ts';
import type { ValueType } from './vocabulary.ts';

/** What was expected instead, as the end of a sentence; undefined when the value is right. Values are never empty here: empty counts as unset. */
export function valueFault(type: ValueType, value: string): string | undefined {
  return RULES[type](value);
}

const RULES: Readonly<Record<ValueType, (value: string) => string | undefined>> = {
  text: () => undefined,
  boolean: oneOf('true', 'false'),
  'on-or-off': oneOf('on', 'off'),
  kind: oneOf('vm', 'namespace', 'hub', 'host', 'internet'),
  ready: matching(/^(agent|process|console:.+)$/s, 'agent, process or console:TEXT'),
  template: matching(/^(?![-.])[A-Za-z0-9._+-]+$/, "a template's name: letters, digits and . _ - +"),
  size: matching(/^0*[1-9][0-9]*(\.[0-9]+)?[bkmgtpe]?$/i, 'a size such as 512M or 2G'),
  count: whole(1, 2 ** 31 - 1),
  'port-number': whole(1, 65_535),
  mtu: whole(68, 65_535),
  mac: (value) => macFault(value),
  oui: (value) => (/^[0-9a-f]{2}([:-][0-9a-f]{2}){2}$/i.test(value.trim()) ? ouiFault(value) : 'three bytes such as 02:00:00'),
  interface: (value) => {
    const fault = interfaceNameFault(value);
    return fault && `a name for an interface: ${fault}`;
  },
  interfaces: (value) => {
    const faults = value.split(',').flatMap((part) => interfaceNameFault(part.trim()) ?? []);
    return faults[0] && `names of interfaces with commas between them: ${faults[0]}`;
  },
  'pci-devices': (value) =>
    value.split(',').every((part) => /^[0-9a-f]{4,}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/i.test(part.trim()))
      ? undefined
      : 'addresses of PCI devices such as 0000:03:00.0, with commas between them',
  addresses: (value) =>
    value.split(',').every((part) => parseIpPrefix(part) !== undefined)
      ? undefined
      : 'addresses such as 192.0.2.1/24, with commas between them',
  ipv4: (value) => (isIpv4(value) ? undefined : 'an IPv4 address such as 192.0.2.1'),
  ipv6: (value) => (isIpv6(value) ? undefined : 'an IPv6 address such as 2001:db8::1'),
  time: (value) => measureFault('time', value),
  percent: (value) => measureFault('percent', value),
  rate: (value) => measureFault('rate', value),
};

function oneOf(...words: string[]): (value: string) => string | undefined {
  return (value) => (words.includes(value) ? undefined : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`);
}

function matching(pattern: RegExp, expected: string): (value: string) => string | undefined {
  return (value) => (pattern.test(value) ? undefined : expected);
}

function whole(least: number, most: number): (value: string) => string | undefined {
  return (value) =>
    /^[0-9]{1,10}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `a whole number from ${least} to ${most}`;
}

function macFault(value: string): string | undefined {
  const mac = parseMac(value);
  if (mac === undefined) return 'six bytes such as 02:00:00:00:01:02';
  if (isMulticast(mac)) return `an address of one interface; the first byte ${mac.slice(0, 2)} is odd, which marks a group`;
  return mac === '00:00:00:00:00:00' ? 'an address other than all zeros' : undefined;
}

function ouiFault(value: string): string | undefined {
  const first = value.trim().split(/[:-]/)[0] ?? '';
  return Number.parseInt(first, 16) % 2 === 1
    ? `bytes of a single interface; the first byte ${first} is odd, which marks a group`
    : undefined;
}
