import { beforeEach, expect, it } from 'vitest';
import type { FirewallRule } from '../../model/firewall-rule.ts';
import { Turns } from '../turns.ts';
import { NetworkUpkeep } from './network-upkeep.ts';
import type { LoadedProvider } from './node-rules.ts';

let seconds: number;
let servers: readonly string[];
let providers: LoadedProvider[];
let resolved: ReadonlyMap<string, readonly string[]>;
let loads: number;
let isThere: boolean;
/** What a load makes of the providers. */
let load: () => LoadedProvider[];
let upkeep: NetworkUpkeep;

function provider(resolvers: readonly string[], firewall: readonly FirewallRule[] = []): LoadedProvider {
  const client = { ...{ name: 'work', number: 2, mac: '', ip: '10.137.0.2', ip6: undefined, fake: undefined }, firewall };
  const clients = [{ ...client, attached: true, forwarded: false }];
  const network = { gateway: '10.137.0.1', gateway6: undefined, clients, resolvers, resolved, forwards: [] };
  return { name: 'net', network, handle: undefined, time: seconds };
}

beforeEach(() => {
  seconds = 1000;
  servers = ['192.0.2.1'];
  resolved = new Map();
  providers = [provider(servers)];
  loads = 0;
  isThere = true;
  load = () => [provider(servers)];
  upkeep = new NetworkUpkeep({
    clock: {
      now: () => seconds * 1000,
      sleep: (milliseconds) => {
        seconds += milliseconds / 1000;
        return Promise.resolve();
      },
    },
    time: () => seconds,
    turns: new Turns(),
    log: () => undefined,
    network: () => ({
      rules: { providers },
      resolvers: { look: () => Promise.resolve(servers) },
      names: { of: () => resolved, refresh: () => Promise.resolve() },
      isThere: () => isThere,
      loadRules: () => {
        loads += 1;
        providers = load();
        return Promise.resolve();
      },
    }),
  });
});

it('loads nothing while nothing is due', async () => {
  await upkeep.look();
  providers = [];
  await upkeep.look();
  expect(loads).toBe(0);
});

it('loads the rules when a provider has other name servers', async () => {
  servers = ['192.0.2.2'];
  await upkeep.look();
  await upkeep.look();
  expect(loads).toBe(1);
});

it('loads the rules when a name that firewalls speak of has come to other addresses', async () => {
  const firewall: FirewallRule[] = [{ action: 'accept', destination: { kind: 'dsthost', name: 'www.test' } }];
  load = () => [provider(servers, firewall)];
  providers = load();
  const counts: number[] = [];
  for (const addresses of [['192.0.2.80'], ['192.0.2.80'], ['192.0.2.81'], []]) {
    resolved = new Map(addresses.length === 0 ? [] : [['www.test', addresses]]);
    await upkeep.look();
    counts.push(loads);
  }
  resolved = new Map([['other.test', ['192.0.2.9']]]);
  await upkeep.look();
  expect([...counts, loads]).toEqual([1, 1, 2, 3, 3]);
});

it('leaves a provider alone that is not the one that has the rules', async () => {
  isThere = false;
  servers = ['192.0.2.2'];
  await upkeep.look();
  expect(loads).toBe(0);
});

it('loads the rules when the next of them expires', async () => {
  providers = [provider(servers, [{ action: 'drop', expire: 1002 }, { action: 'accept', expire: 1005 }, { action: 'accept' }])];
  load = () => [provider(servers, seconds < 1005 ? [{ action: 'accept', expire: 1005 }] : [])];
  const at: number[] = [];
  for (; seconds < 1008; seconds += 1) {
    const before = loads;
    await upkeep.look();
    if (loads > before) at.push(seconds);
  }
  expect(at).toEqual([1002, 1005]);
});

it('does not try again at once what has not helped', async () => {
  servers = ['192.0.2.2'];
  load = () => providers;
  for (let at = 0; at < 40; at += 1) {
    await upkeep.look();
    seconds += 1;
  }
  expect(loads).toBe(2);
  servers = ['192.0.2.3'];
  await upkeep.look();
  expect(loads).toBe(3);
});

it('looks once a second until it is ended', async () => {
  load = () => {
    if (loads === 3) upkeep.close();
    servers = [`192.0.2.${loads + 10}`];
    return providers;
  };
  servers = ['192.0.2.9'];
  await upkeep.start();
  expect([loads, seconds]).toEqual([3, 1003]);
});
