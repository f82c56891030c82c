import { encodeBase64 } from '../model/base64.ts';
import { hereDocument } from '../model/here-document.ts';
import { type Route, routeWords } from '../model/route.ts';
import { GUEST_FUNCTIONS } from './guest-functions.ts';
import type { InterfaceConfig } from './interface-config.ts';

/** A file to be put into a guest. */
export interface GuestFile {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly content: Uint8Array;
}

/** What a guest is told of its configuration. */
export interface GuestConfig {
  /** Given once in the life of a guest: what it changes in them itself stays. */
  readonly tree: readonly GuestFile[];
  /** Keyfiles, given every time; by file name. */
  readonly keyfiles: readonly GuestFile[];
  /** Files given every time, which NetworkManager is not told of. */
  readonly files?: readonly GuestFile[];
  /** A script of nft(8), loaded before anything of the network is set. Where it cannot be loaded, nothing is. */
  readonly rules?: string;
  /** Paths below /proc/sys, with slashes, set once the rules are loaded. */
  readonly sysctls?: readonly { readonly key: string; readonly value: string }[];
  /** Addresses whose connections are forgotten then: another node may have them now. */
  readonly purged?: readonly string[];
  /** The interfaces to configure where the guest has no NetworkManager of its own. */
  readonly interfaces: readonly { readonly name: string; readonly config: InterfaceConfig }[];
  /** The text of resolv.conf there; undefined takes back what was set before. */
  readonly resolver: string | undefined;
}

/**
 * A script for sh(1) that gives a guest its configuration: it writes the files and loads the rules; then NetworkManager, where the guest
 * has one, is given the keyfiles, else ip(8) configures the interfaces. What an earlier run set and this one does not is taken away, and
 * nothing else is touched. It goes on after a failure, but not without its rules; each is told on standard error, and the script then ends
 * with 1.
 */
export function guestScript({ files = [], interfaces, keyfiles, purged, resolver, rules, sysctls, tree }: GuestConfig): string {
  const given = tree.length === 0 ? [] : ['if [ ! -e $given ]; then', ...tree.map(put), ': >$given', 'fi'];
  return [
    GUEST_FUNCTIONS,
    ...given,
    ...[...files, ...keyfiles].map(put),
    ...(rules === undefined ? [] : [`rules ${hereDocument(rules)}`]),
    ...(sysctls ?? []).map(({ key, value }) => `setting ${word(key)} ${word(value)}`),
    ...(purged ?? []).map((address) => `purge ${word(address)}`),
    `manager ${keyfiles.map(({ path }) => word(path)).join(' ')}`,
    ...interfaces.flatMap(({ config, name }) => configure(name, config)),
    ...resolverLines(resolver),
    'exit $failed',
    '',
  ].join('\n');
}

function put({ content, mode, path }: GuestFile): string {
  const lines = encodeBase64(content).match(/.{1,76}/g) ?? [];
  return `put ${word(path)} ${mode.toString(8)} <<'weft'\n${lines.map((line) => `${line}\n`).join('')}weft`;
}

function configure(name: string, { addresses, group, ipv4 = [], ipv6, mac, mtu, neighbours, routes }: InterfaceConfig): string[] {
  const switches = [
    ...ipv4.map(({ key, value }) => `switch4 ${word(name)} ${key} ${value}`),
    ...ipv6.map(({ key, value }) => `switch ${word(name)} ${key} ${value}`),
  ];
  const lines = [
    ...addresses.map((address) => `address ${address}`),
    ...(neighbours ?? []).map(({ address, mac }) => `neighbour ${address} ${mac}`),
    ...routes.map(routeLine),
  ];
  const link = [
    ...(mac === undefined ? [] : [`address ${mac}`]),
    ...(mtu === undefined ? [] : [`mtu ${mtu}`]),
    ...(group === undefined ? [] : [`group ${group}`]),
  ];
  return [
    ['begin', word(name), ...link].join(' '),
    ...switches,
    `configure ${word(name)} <<'weft'\n${lines.map((line) => `${line}\n`).join('')}weft`,
  ];
}

/** The family stands before a route. */
function routeLine(route: Route): string {
  return `${route.beside === true ? 'beside' : 'route'} ${route.destination.includes(':') ? '-6' : '-4'} ${routeWords(route)}`;
}

function resolverLines(text: string | undefined): string[] {
  if (text === undefined) return ['if [ -e $resolver ]; then : >/etc/resolv.conf; rm -f $resolver; fi'];
  return [`resolver ${hereDocument(text)}`];
}

function word(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
