import { isIpv4 } from '../model/ip-prefix.ts';
import { parseMac } from '../model/mac-address.ts';
import { fakeOf } from './attached-clients.ts';
import { clientInterface } from './client-interfaces.ts';
import type { NftChain, NftTable } from './nft-table.ts';
import type { FakeAddress, ProviderClient, ProviderNetwork } from './node-network.ts';

/*
 * Clients with a fake address (net.fake-ip). Their packets are rewritten at their interface, before anything else sees them and after
 * everything else has: every rule, route and connection knows the real address only. Address for address and without connection tracking,
 * as Qubes has it between two interfaces of a namespace of its own; no namespace is needed where rules know the interface by its name, and
 * those may be loaded before it exists.
 *
 * Behind the last rewriting the kernel looks for a neighbour with the fake address: clientNeighbours() has it. As in Qubes, what an error
 * in ICMP quotes is not rewritten, so that such a client waits where others are told at once.
 */

/** Rewrites IPv4 packets of clients with fake addresses; whatever else they send, or is sent to them, is dropped. */
export function fakeAddressChains(provider: ProviderNetwork | undefined): NftChain[] {
  const faked = fakedClients(provider);
  return [
    {
      name: 'fake-address-in',
      hook: 'type filter hook prerouting priority -350; policy accept;',
      rules: faked.flatMap(({ client, fake, fit, vif }) => [
        ...only(fit, `iifname "${vif}" ip saddr ${fake.ip} ip saddr set ${client.ip} accept`),
        `iifname "${vif}" counter name spoofed drop`,
      ]),
    },
    {
      name: 'fake-address-out',
      hook: 'type filter hook postrouting priority 300; policy accept;',
      rules: faked.flatMap(({ client, fake, fit, vif }) => [
        ...only(fit, `oifname "${vif}" ip daddr ${client.ip} ip daddr set ${fake.ip} accept`),
        `oifname "${vif}" drop`,
      ]),
    },
  ];
}

/**
 * Lets a client with a fake address ask for its gateway by ARP, with its own MAC and address, and get the provider's answer; nothing else.
 * Undefined where no client has one.
 */
export function fakeAddressArpTable(provider: ProviderNetwork | undefined): NftTable | undefined {
  const faked = fakedClients(provider);
  if (provider === undefined || faked.length === 0) return undefined;
  return {
    family: 'arp',
    name: 'qubes',
    counters: ['spoofed'],
    sets: [],
    chains: [
      {
        name: 'input',
        hook: 'type filter hook input priority filter; policy accept;',
        rules: faked.flatMap(({ client, fake, fit, vif }) => [
          ...only(
            fit,
            [
              `iifname "${vif}" arp saddr ether ${client.mac} arp saddr ip ${fake.ip} arp daddr ip ${fake.gateway}`,
              `arp saddr ip set ${client.ip} arp daddr ip set ${provider.gateway} accept`,
            ].join(' '),
          ),
          `iifname "${vif}" counter name spoofed drop`,
        ]),
      },
      {
        name: 'output',
        hook: 'type filter hook output priority filter; policy accept;',
        rules: faked.flatMap(({ client, fake, fit, vif }) => [
          ...only(
            fit,
            `oifname "${vif}" arp daddr ip ${client.ip} arp saddr ip set ${fake.gateway} arp daddr ip set ${fake.ip} accept`,
          ),
          `oifname "${vif}" drop`,
        ]),
      },
    ],
  };
}

interface FakedClient {
  readonly client: ProviderClient;
  readonly fake: FakeAddress;
  readonly vif: string;
  /** All of it are addresses: Qubes takes any text for a fake one. Of a client where they are not, everything is dropped. */
  readonly fit: boolean;
}

function fakedClients(provider: ProviderNetwork | undefined): FakedClient[] {
  return (provider?.clients ?? []).flatMap((client) => {
    const fake = fakeOf(client);
    if (!client.attached || fake === undefined) return [];
    const fit = [client.ip, fake.ip, fake.gateway].every(isIpv4) && parseMac(client.mac) !== undefined;
    return [{ client, fake, fit, vif: clientInterface(client) }];
  });
}

function only(condition: boolean, rule: string): string[] {
  return condition ? [rule] : [];
}
