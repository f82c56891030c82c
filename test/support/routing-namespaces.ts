import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { CLIENT_GROUP, clientInterface } from '../../src/routing/client-interfaces.ts';
import { clientNeighbours } from '../../src/routing/client-neighbours.ts';
import type { ProviderClient } from '../../src/routing/node-network.ts';

/** Why network namespaces and packet filters cannot be tried here. */
export function missingForRouting(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root';
  const absent = ['ip', 'nft', 'ping'].find((program) => spawnSync(program, ['-V']).error !== undefined);
  return absent === undefined ? undefined : `needs ${absent}`;
}

/** A namespace with somebody in it who listens and asks. */
export interface Place {
  readonly netns: string;
  /** A command in the namespace; throws where it fails. */
  readonly run: (command: string, input?: string) => string;
  /** 'seen as ADDRESS', an error's code, or 'silence'. Where silence is expected, it is believed sooner. */
  ask(proto: 'tcp' | 'udp', address: string, port: number, expected?: 'silence'): Promise<string>;
  /** Opens a TCP connection that stays; askAgain() uses it. */
  open(address: string, port: number): Promise<string>;
  askAgain(): Promise<string>;
  /** Whether an echo comes back; where none is expected, that is believed sooner. */
  ping(address: string, how?: { readonly from?: string; readonly expected?: 'silence' }): boolean;
}

/** In milliseconds. */
const patience = (expected?: 'silence') => (expected === undefined ? 10_000 : 500);

const PROVIDER_MAC = 'fe:ff:ff:ff:ff:ff';

/** A provider, its clients and what is outside, as namespaces that are joined as Qubes joins them; end() removes all of it. */
export class RoutingNamespaces {
  readonly #prefix = `wr${randomBytes(4).toString('hex')}`;
  readonly #netns: string[] = [];
  readonly #children: ChildProcess[] = [];

  /** A namespace whose IPv6 addresses are usable at once, and that reports every refusal, with somebody who listens at the ports. */
  async place(name: string, ports: readonly number[]): Promise<Place> {
    const netns = `${this.#prefix}-${name}`;
    execFileSync('ip', ['netns', 'add', netns]);
    this.#netns.push(netns);
    const run = (command: string, input = '') =>
      execFileSync('ip', ['netns', 'exec', netns, 'sh', '-ec', command], {
        encoding: 'utf8',
        input,
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    run('cd /proc/sys/net; for kind in all default; do echo 0 >ipv6/conf/$kind/accept_dad; done; ip link set lo up');
    run('cd /proc/sys/net; echo 0 >ipv4/icmp_ratelimit; echo 0 >ipv6/icmp/ratelimit');
    const program = new URL('routing-peer.ts', import.meta.url).pathname;
    const child = spawn('ip', ['netns', 'exec', netns, process.execPath, program, ...ports.map(String)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    const waiting = new Map<string, (answer: string) => void>();
    const listening = new Promise<void>((resolve, reject) => {
      child.on('exit', () => reject(new Error(`nobody is at ${name}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [number = '', ...words] = line.split(' ');
        if (number === 'ready') resolve();
        else waiting.get(number)?.(words.join(' '));
      });
    });
    await listening;
    let asked = 0;
    const say = (line: string) =>
      new Promise<string>((resolve) => {
        asked += 1;
        waiting.set(`${asked}`, resolve);
        child.stdin.write(`${asked} ${line}\n`);
      });
    return {
      netns,
      run,
      ask: (proto, address, port, expected) => say(`${patience(expected)} ${proto} ${address} ${port}`),
      open: (address, port) => say(`${patience()} open ${address} ${port}`),
      askAgain: () => say(`${patience()} again`),
      ping: (address, { expected, from } = {}) => {
        const how = ['-n', '-c1', `-W${patience(expected) / 1000}`, ...(from === undefined ? [] : ['-I', from])];
        return spawnSync('ip', ['netns', 'exec', netns, 'ping', ...how, address]).status === 0;
      },
    };
  }

  /** A provider's uplink, eth0 at both ends. */
  uplink(provider: Place, outside: Place, addresses: Record<'provider' | 'outside', readonly string[]>): void {
    execFileSync('ip', [
      'link',
      'add',
      'eth0',
      'netns',
      provider.netns,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      outside.netns,
    ]);
    for (const [place, own] of [
      [provider, addresses.provider],
      [outside, addresses.outside],
    ] as const) {
      place.run([...own.map((one) => `ip address add ${one} dev eth0`), 'ip link set eth0 up'].join('\n'));
    }
    for (const next of addresses.outside) provider.run(`ip route add default via ${next.split('/')[0]}`);
  }

  /** What sections 5 and 5b of Qubes' networking ask for on both sides of a client's interface. */
  attach(provider: Place, place: Place, client: ProviderClient, gateways: readonly string[]): void {
    const vif = clientInterface(client);
    execFileSync('ip', [
      'link',
      'add',
      vif,
      'netns',
      provider.netns,
      'address',
      PROVIDER_MAC,
      'type',
      'veth',
      'peer',
      'name',
      'eth0',
      'netns',
      place.netns,
      'address',
      client.mac,
    ]);
    const real = [client.ip, ...(client.ip6 === undefined ? [] : [client.ip6])];
    provider.run(
      [
        'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding',
        `echo 1 >/proc/sys/net/ipv4/conf/${vif}/proxy_arp`,
        ...clientNeighbours(client).map(
          (address) => `ip neighbour replace ${address} lladdr ${client.mac} nud permanent dev ${vif}`,
        ),
        `ip link set ${vif} group ${CLIENT_GROUP} up`,
        ...real.map((address) => `ip route add ${address} dev ${vif} metric ${32752 - client.number}`),
        ...gateways.map((address) => `ip address add ${address} dev ${vif}`),
      ].join('\n'),
    );
    const own = client.fake === undefined ? real : [client.fake.ip];
    const via = client.fake === undefined ? gateways.slice(0, real.length) : [client.fake.gateway];
    place.run(
      [
        ...own.map((address) => `ip address add ${address} dev eth0`),
        'ip link set eth0 group 1 up',
        ...via.flatMap((gateway) => [`ip route add ${gateway} dev eth0`, `ip route add default via ${gateway} dev eth0 onlink`]),
      ].join('\n'),
    );
  }

  /** Everything that was made, also when something was amiss. */
  end(): void {
    for (const child of this.#children) child.kill('SIGKILL');
    for (const netns of this.#netns) spawnSync('ip', ['netns', 'delete', netns]);
  }
}

/** What a named counter of a table has counted. */
export function counted({ run }: Place, table: string, counter: string): number {
  return Number(/packets (\d+)/.exec(run(`nft list counter ${table} ${counter}`))?.[1]);
}

/** Loads a script as the engine does. */
export function load({ run }: Place, script: string): void {
  run('nft -f -', script);
}
