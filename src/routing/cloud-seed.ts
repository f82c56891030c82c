import { textDigest } from '../model/text-digest.ts';
import { clientPort } from './port-config.ts';
import type { UplinkTerms } from './uplink-terms.ts';

/** An interface that a guest has, or will have once its uplink is attached. */
export interface SeedInterface {
  readonly name: string;
  readonly mac: string;
  /** ADDRESS/LENGTH, as its link says. */
  readonly addresses: readonly string[];
  /** Where it is the uplink. */
  readonly terms?: UplinkTerms;
}

/** What is known of a guest that configures itself by cloud-init. */
export interface SeedFacts {
  readonly lab: string;
  readonly node: string;
  readonly interfaces: readonly SeedInterface[];
  /** The user's own user-data; undefined for none. */
  readonly userData: string | undefined;
}

/**
 * The files of a NoCloud seed (cloud-init's documentation, datasource NoCloud and network config version 2), by name. Another configuration makes
 * it another instance: cloud-init looks at the network once an instance.
 */
export function cloudSeed({ interfaces, lab, node, userData }: SeedFacts): ReadonlyMap<string, string> {
  const network = networkConfig(interfaces);
  const user = userData ?? '#cloud-config\n{}\n';
  const instance = `weft-${lab}-${node}-${textDigest(`${network}\n${user}`).toString(16).padStart(8, '0')}`;
  return new Map([
    ['meta-data', `instance-id: ${text(instance)}\nlocal-hostname: ${text(node)}\n`],
    ['network-config', network],
    ['user-data', user],
  ]);
}

/** Interfaces are known by their MACs, and need not be there yet: the uplink is plugged when the guest runs. */
function networkConfig(interfaces: readonly SeedInterface[]): string {
  if (interfaces.length === 0) return 'version: 2\nethernets: {}\n';
  return ['version: 2', 'ethernets:', ...interfaces.flatMap(interfaceLines), ''].join('\n');
}

function interfaceLines({ addresses, mac, name, terms }: SeedInterface): string[] {
  const all = terms === undefined ? addresses : clientPort(terms).addresses;
  return [
    `  ${text(name)}:`,
    '    match:',
    `      macaddress: ${text(mac)}`,
    `    set-name: ${text(name)}`,
    '    optional: true',
    '    dhcp4: false',
    '    dhcp6: false',
    '    accept-ra: false',
    ...list('    addresses:', all.map(text), '      - '),
    ...(terms === undefined ? [] : uplinkLines(terms)),
  ];
}

/** The gateway is in no network of its own: it is said to be on the link. */
function uplinkLines(terms: UplinkTerms): string[] {
  const gateways = [
    ['0.0.0.0/0', terms.visibleGateway] as const,
    ...(terms.gateway6 === undefined ? [] : [['::/0', terms.gateway6] as const]),
  ];
  return [
    '    routes:',
    ...gateways.flatMap(([to, via]) => [`      - to: ${text(to)}`, `        via: ${text(via)}`, '        on-link: true']),
    '    nameservers:',
    ...list('      addresses:', clientPort(terms).nameServers.map(text), '        - '),
  ];
}

function list(head: string, items: readonly string[], bullet: string): string[] {
  return items.length === 0 ? [] : [head, ...items.map((item) => `${bullet}${item}`)];
}

/** A text of YAML, in quotes: a MAC of digits alone would be a number. */
function text(value: string): string {
  return JSON.stringify(value);
}
