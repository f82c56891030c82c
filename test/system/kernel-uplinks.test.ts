import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Kernel, KernelOp } from '../../src/boundary/kernel.ts';
import type { Neighbour } from '../../src/model/neighbour.ts';
import type { Route } from '../../src/model/route.ts';
import { openSandbox, type TestSandbox, until } from './kernel-sandbox.ts';

const lab = 'uplinktest';
const end = (netns: string, name: string, mac: string) => ({
  ...{ netns, name, mac, up: true },
  alias: `weft ${lab} ${netns}:${name} -- x:x`,
});
const macs = { client: '02:00:00:00:01:07', vif: '02:00:00:00:01:03', net: '02:00:00:00:01:01', world: '02:00:00:00:01:02' };
/** The client's interface, and the provider's towards it. */
const client = { netns: 'client', name: 'eth0' };
const provider = { netns: 'net', name: 'vif7.0' };

/** What a provider and its client need of the kernel, as Qubes sets its network up. */
describe.each(['root', 'user'] as const)('uplinks as %s', (holder) => {
  let sandbox: TestSandbox;
  let kernel: Kernel;

  const inside = (netns: string, ...words: string[]): string => {
    const [program = '', ...argv] = [...sandbox.inPanel, 'ip', 'netns', 'exec', netns, ...words];
    return execFileSync(program, argv, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const lines = (text: string) =>
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  const run = async (...ops: KernelOp[]) => (await kernel.run(ops)).filter((failure) => failure !== undefined);
  const neighbours = () => lines(inside('net', 'ip', 'neighbour', 'show', 'dev', 'vif7.0', 'nud', 'permanent')).sort();

  beforeAll(async () => {
    sandbox = await openSandbox(holder);
    kernel = await sandbox.start(lab);
    const made = await run(
      { op: 'netns-add', netns: 'client' },
      { op: 'netns-add', netns: 'net' },
      { op: 'netns-add', netns: 'world' },
      { op: 'veth-add', a: end('client', 'eth0', macs.client), b: end('net', 'vif7.0', macs.vif), mtu: 1500 },
      { op: 'veth-add', a: end('net', 'eth0', macs.net), b: end('world', 'eth0', macs.world), mtu: 1500 },
    );
    expect(made).toEqual([]);
  });

  afterAll(async () => {
    await kernel?.close();
    await sandbox?.end();
  });

  it('puts an interface into a group', async () => {
    const group = () => /group (\S+)/.exec(inside('net', 'ip', 'link', 'show', 'dev', 'vif7.0'))?.[1];
    expect(await run({ op: 'link-set', ...provider, group: 2 })).toEqual([]);
    expect(group()).toBe('2');
    expect(await run({ op: 'link-set', ...provider, mtu: 1500 }, { op: 'link-set', ...provider, group: 2 })).toEqual([]);
    expect(group()).toBe('2');
  });

  describe('neighbours', () => {
    const set = (...wanted: Neighbour[]) => run({ op: 'neighbours-set', ...provider, neighbours: wanted });
    const mac = (last: number) => `02:00:00:00:00:0${last}`;

    it('are exactly those that are named', async () => {
      const both = [
        { address: '10.137.0.7', mac: mac(7) },
        { address: 'fd09::7', mac: mac(7) },
      ];
      for (const _ of ['set', 'there already']) {
        expect(await set(...both)).toEqual([]);
        expect(neighbours()).toEqual([`10.137.0.7 lladdr ${mac(7)} PERMANENT`, `fd09::7 lladdr ${mac(7)} PERMANENT`]);
      }
      inside('net', 'ip', 'neighbour', 'add', '10.137.0.9', 'lladdr', mac(9), 'dev', 'vif7.0', 'nud', 'permanent');
      inside('net', 'ip', 'neighbour', 'add', '10.137.0.10', 'lladdr', mac(9), 'dev', 'vif7.0', 'nud', 'reachable');
      expect(await set({ address: '10.137.0.7', mac: mac(8) })).toEqual([]);
      expect(neighbours()).toEqual([`10.137.0.7 lladdr ${mac(8)} PERMANENT`]);
      expect(inside('net', 'ip', 'neighbour', 'show', '10.137.0.10', 'dev', 'vif7.0')).toContain(mac(9));
    });

    it('come back when the interface is plugged in again', async () => {
      const plug = (on: boolean) => run({ op: 'plug', ...provider, on });
      expect(await set({ address: '10.137.0.7', mac: mac(7) }, { address: 'fd09::7', mac: mac(7) })).toEqual([]);
      const before = neighbours();
      expect(await plug(false)).toEqual([]);
      expect(neighbours()).toEqual([]);
      expect(await plug(true)).toEqual([]);
      expect(neighbours()).toEqual(before);
    });

    it('are set as far as the kernel takes them', async () => {
      expect(await set({ address: '224.0.0.1', mac: '02:00' }, { address: '10.137.0.8', mac: mac(8) })).toEqual([
        { code: 'EINVAL', message: expect.stringMatching(/^cannot set the neighbours of vif7\.0 in net: 224\.0\.0\.1: ./) },
      ]);
      expect(neighbours()).toEqual([`10.137.0.8 lladdr ${mac(8)} PERMANENT`]);
      expect(await set()).toEqual([]);
      expect(neighbours()).toEqual([]);
      expect(await set({ address: '10.137.0.8/32', mac: mac(8) })).toEqual([
        { code: 'EINVAL', message: 'cannot set the neighbours of vif7.0 in net: 10.137.0.8/32 is no address of one host' },
      ]);
    });
  });

  describe('routes', () => {
    it('lead to one host by the interface alone', async () => {
      const routes = [
        { destination: '10.137.0.7/32', metric: 32745 },
        { destination: 'fd09::7/128', metric: 32745 },
      ];
      for (const _ of ['set', 'there already']) expect(await run({ op: 'routes-set', ...provider, routes })).toEqual([]);
      expect(lines(inside('net', 'ip', 'route', 'show', 'proto', 'static'))).toEqual([
        '10.137.0.7 dev vif7.0 scope link metric 32745',
      ]);
      expect(lines(inside('net', 'ip', '-6', 'route', 'show', 'proto', 'static'))).toEqual([
        'fd09::7 dev vif7.0 metric 32745 pref medium',
      ]);
    });

    it.each([
      ['10.137.0.7', '10.137.0.3', 'first'],
      ['10.137.0.7', '10.137.0.3', 'last'],
      ['fd09::7', 'fd09::3', 'first'],
      ['fd09::7', 'fd09::3', 'last'],
    ])('of %s go by %s, which one of them alone reaches, named %s', async (own, gateway, order) => {
      const [length, everywhere, family] = own.includes(':') ? [128, '::/0', '-6'] : [32, '0.0.0.0/0', '-4'];
      const host = { destination: `${gateway}/${length}` };
      const all = { destination: everywhere, gateway, onlink: true };
      const routes = order === 'first' ? [host, all] : [all, host];
      await run({ op: 'routes-set', ...client, routes: [] });
      const ops: KernelOp[] = [
        { op: 'addresses-set', ...client, addresses: [`${own}/${length}`] },
        { op: 'routes-set', ...client, routes },
      ];
      for (const _ of ['set', 'there already']) {
        expect(await run(...ops)).toEqual([]);
        const shown = lines(inside('client', 'ip', family, 'route', 'show', 'proto', 'static'));
        expect(shown).toHaveLength(2);
        expect(shown).toContainEqual(expect.stringMatching(`^default via ${gateway} dev eth0 .*onlink`));
        expect(shown).toContainEqual(expect.stringMatching(`^${gateway} dev eth0 ${family === '-6' ? 'metric' : 'scope link'}`));
      }
    });
  });

  describe('rules', () => {
    const rules = `table inet t
delete table inet t
table inet t {
  counter c {
  }
  set allowed {
    type ifname . ipv4_addr
    elements = { "vif7.0" . 10.137.0.7 }
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname . ip saddr @allowed counter name c accept
    reject with icmpx admin-prohibited
  }
  chain out {
    type nat hook postrouting priority srcnat;
    oifgroup 0 masquerade
  }
  chain in {
    type nat hook prerouting priority dstnat;
    iifgroup 2 ip daddr 10.139.1.1 dnat ip to 10.0.0.2
  }
}
`;
    const load = (text: string, netns = 'net') => run({ op: 'nft', netns, text });
    const shown = (netns = 'net') => inside(netns, 'nft', 'list', 'ruleset');

    it('are loaded in the namespace, and again', async () => {
      for (const _ of ['new', 'there already']) {
        expect(await load(rules)).toEqual([]);
        expect(shown().match(/masquerade|dnat ip to|reject|counter name/g)).toHaveLength(4);
      }
      expect(shown('world')).toBe('');
    });

    it('are all loaded or none', async () => {
      const before = shown();
      expect(await load('flush ruleset\nadd rule inet none none accept\nadd chain inet t')).toEqual([
        { code: 'EINVAL', message: expect.stringMatching(/^cannot load rules in net: line 3, "add chain inet t": syntax error/) },
      ]);
      expect(await load('flush ruleset\nadd rule inet none none accept\n')).toEqual([
        {
          code: 'EINVAL',
          message: expect.stringMatching(
            /^cannot load rules in net: line 2, "add rule inet none none accept": (No such|Could not)/,
          ),
        },
      ]);
      expect(shown()).toBe(before);
      expect(await load(rules, 'nowhere')).toEqual([
        { code: 'ENOENT', message: 'cannot load rules in nowhere: there is no namespace nowhere' },
      ]);
    });

    it('are loaded in several namespaces at once, and one after the other in one', async () => {
      const table = (name: string) => `table ip ${name} {\n}\n`;
      const failures = await run(
        { op: 'nft', netns: 'net', text: table('first') },
        { op: 'nft', netns: 'world', text: table('other') },
        { op: 'nft', netns: 'nowhere', text: table('lost') },
        { op: 'nft', netns: 'net', text: 'delete table ip first\nadd table ip second\n' },
        { op: 'nft', netns: 'world', text: 'nonsense' },
        { op: 'sysctl', netns: 'world', key: 'net/ipv4/ip_forward', value: '0' },
      );
      expect(failures.map(({ message }) => message)).toEqual([
        'cannot load rules in nowhere: there is no namespace nowhere',
        expect.stringMatching(/^cannot load rules in world: line 1, "nonsense"/),
      ]);
      expect(shown()).toContain('table ip second');
      expect(shown()).not.toContain('table ip first');
      expect(shown('world')).toBe('table ip other {\n}\n');
      const gone = ['net second', 'world other'].map((each) => each.split(' '));
      const removals = gone.map(([netns = '', name = '']) => ({ op: 'nft' as const, netns, text: `delete table ip ${name}\n` }));
      expect(await run(...removals)).toEqual([]);
    });

    it('may be more than a pipe takes', async () => {
      const elements = Array.from({ length: 5000 }, (_, at) => `10.1.${at >> 8}.${at & 255}`);
      expect(await load(`table ip many {\n  set s { type ipv4_addr; elements = { ${elements.join(', ')} }; }\n}\n`)).toEqual([]);
      expect(inside('net', 'nft', 'list', 'set', 'ip', 'many', 's').match(/10\.1\./g)).toHaveLength(5000);
      expect(await load('delete table ip many\n')).toEqual([]);
    });

    it('need nft', async () => {
      const inSandbox = (...words: string[]) => {
        const [program = '', ...argv] = [...sandbox.inPanel, ...words];
        execFileSync(program, argv);
      };
      const nft = execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin command -v nft'], { encoding: 'utf8' }).trim();
      inSandbox('mount', '--bind', '/dev/null', nft);
      try {
        expect(await load(rules)).toEqual([
          {
            code: 'ENOENT',
            message: 'cannot load rules in net: nft is not installed; it is in the package nftables',
          },
        ]);
      } finally {
        inSandbox('umount', nft);
      }
      expect(await load(rules)).toEqual([]);
    });

    it('do not keep the worker from noticing the end of processes', async () => {
      const exits: number[] = [];
      kernel.onExit(({ pid }) => exits.push(pid));
      const started = kernel.spawn([
        {
          ...{ node: 'net', netns: 'net', argv: ['true'], environment: {}, directory: '/', descriptors: [] },
          logFile: `${sandbox.folder}/net.log`,
        },
      ]);
      const loaded = Array.from({ length: 5 }, () => load(rules));
      expect(await Promise.all(loaded)).toEqual(Array(5).fill([]));
      const [outcome] = await started;
      const pid = outcome !== undefined && 'pid' in outcome ? outcome.pid : undefined;
      await until(() => exits.includes(pid ?? 0), 'the end of the process');
    });
  });

  describe('flows', () => {
    const own = ['10.137.0.7', 'fd09::7'];
    const ping = (address: string) => inside('client', 'ping', '-c1', '-W2', address);
    /** A datagram, or a SYN that nobody answers. */
    const send = (proto: 'tcp' | 'udp', address: string, port: number) =>
      inside('client', 'sh', '-c', `timeout 0.2 bash -c 'echo >/dev/${proto}/${address}/${port}' || :`);
    const flows = () => kernel.flows('net');
    const brief = async () =>
      (await flows())
        .map(({ destination, destinationPort, icmpType, proto, source }) =>
          [proto, source, destination, destinationPort ?? icmpType].join(' '),
        )
        .sort();

    beforeAll(async () => {
      const set = (netns: string, name: string, addresses: string[], routes: Route[]): KernelOp[] => [
        { op: 'addresses-set', netns, name, addresses },
        { op: 'routes-set', netns, name, routes },
      ];
      // Nobody is asked: for seconds after an interface came up, its link-local address is not for asking.
      const known = (netns: string, name: string, addresses: string[], mac: string): KernelOp[] => [
        { op: 'neighbours-set', netns, name, neighbours: addresses.map((address) => ({ address, mac })) },
      ];
      const forward = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'];
      const made = await run(
        ...forward.map((key) => ({ op: 'sysctl' as const, netns: 'net', key, value: '1' })),
        ...set(
          'client',
          'eth0',
          own.map((address) => `${address}${address.includes(':') ? '/128' : '/32'}`),
          [
            { destination: '10.137.0.3/32' },
            { destination: '0.0.0.0/0', gateway: '10.137.0.3' },
            { destination: 'fd09::3/128' },
            { destination: '::/0', gateway: 'fd09::3' },
          ],
        ),
        ...set(
          'net',
          'vif7.0',
          ['10.137.0.3/32', 'fd09::3/128'],
          [{ destination: '10.137.0.7/32' }, { destination: 'fd09::7/128' }],
        ),
        ...set('net', 'eth0', ['10.0.0.1/24', 'fd00::1/64'], []),
        ...set('world', 'eth0', ['10.0.0.2/24', 'fd00::2/64'], [{ destination: 'fd09::/64', gateway: 'fd00::1' }]),
        ...known('client', 'eth0', ['10.137.0.3', 'fd09::3'], macs.vif),
        ...known('net', 'vif7.0', own, macs.client),
        ...known('net', 'eth0', ['10.0.0.2', 'fd00::2', '10.0.0.9'], macs.world),
        ...known('world', 'eth0', ['10.0.0.1', 'fd00::1'], macs.net),
        {
          ...{ op: 'nft', netns: 'net' },
          text: `flush ruleset
table ip nat {
  chain out {
    type nat hook postrouting priority srcnat;
    oifname "eth0" masquerade
  }
  chain in {
    type nat hook prerouting priority dstnat;
    ip daddr 10.139.1.1 udp dport 53 dnat to 10.0.0.2
  }
}
table ip6 t {
  chain c {
    type filter hook forward priority filter;
    ct state invalid drop
  }
}
`,
        },
      );
      expect(made).toEqual([]);
    });

    it('are none where nothing is kept track of', async () => {
      expect(await kernel.flows('world')).toEqual([]);
      expect(await kernel.flows('nowhere')).toEqual([]);
      for (const netns of ['world', 'nowhere']) {
        expect(await run({ op: 'flows-delete', netns, addresses: own })).toEqual([]);
      }
    });

    it('are told as they came', async () => {
      expect(await flows()).toEqual([]);
      for (const address of ['10.0.0.2', 'fd00::2']) ping(address);
      send('udp', '10.139.1.1', 53);
      send('udp', 'fd00::2', 53);
      send('tcp', '10.0.0.9', 80);
      const port = expect.any(Number);
      const translated = { destination: '10.0.0.2', destinationPort: 53 };
      const asked = { destination: '10.139.1.1', sourcePort: port, destinationPort: 53, translated };
      const found = await flows();
      expect(found).toHaveLength(5);
      expect(found).toEqual(
        expect.arrayContaining([
          ...[
            { family: 4, proto: 1, source: '10.137.0.7', destination: '10.0.0.2', icmpType: 8, icmpCode: 0, icmpId: port },
            { family: 6, proto: 58, source: 'fd09::7', destination: 'fd00::2', icmpType: 128, icmpCode: 0, icmpId: port },
          ],
          ...[
            { family: 4, proto: 17, source: '10.137.0.7', ...asked },
            { family: 6, proto: 17, source: 'fd09::7', destination: 'fd00::2', sourcePort: port, destinationPort: 53 },
            { family: 4, proto: 6, source: '10.137.0.7', destination: '10.0.0.9', sourcePort: port, destinationPort: 80 },
          ],
        ]),
      );
    });

    it('are forgotten one by one, and gone already is fine', async () => {
      for (let left = await flows(); left.length > 0; left = left.slice(1)) {
        const [flow] = left;
        if (flow === undefined) throw new Error('no flow');
        for (const _ of ['there', 'gone already']) expect(await run({ op: 'flow-delete', netns: 'net', flow })).toEqual([]);
        expect(await flows()).toHaveLength(left.length - 1);
      }
    });

    it('are forgotten by an address at any end', async () => {
      const purge = (...addresses: string[]) => run({ op: 'flows-delete', netns: 'net', addresses });
      const fill = () => {
        ping('10.0.0.2');
        ping('fd00::2');
        send('udp', '10.139.1.1', 53);
      };
      fill();
      const [icmp, udp, icmp6] = ['1 10.137.0.7 10.0.0.2 8', '17 10.137.0.7 10.139.1.1 53', '58 fd09::7 fd00::2 128'];
      expect(await brief()).toEqual([icmp, udp, icmp6]);
      expect(await purge('10.137.0.70', 'fd09::70')).toEqual([]);
      expect(await brief()).toEqual([icmp, udp, icmp6]);
      // Where it was sent.
      expect(await purge('10.139.1.1')).toEqual([]);
      expect(await brief()).toEqual([icmp, icmp6]);
      // What it became, in both directions.
      fill();
      expect(await purge('10.0.0.2', 'fd09:0::7')).toEqual([]);
      expect(await brief()).toEqual([]);
      fill();
      expect(await purge('10.0.0.1')).toEqual([]);
      expect(await brief()).toEqual([icmp6]);
      fill();
      expect(await purge(...own)).toEqual([]);
      expect(await brief()).toEqual([]);
      expect(await purge('10.0.0')).toEqual([
        { code: 'EINVAL', message: 'cannot forget the flows of 10.0.0 in net: 10.0.0 is no IP/PREFIX' },
      ]);
    });

    it('may be many', async () => {
      const script = 'for i in $(seq 1 3000); do echo >/dev/udp/10.0.0.2/$((1000 + i)); done 2>/dev/null; :';
      inside('client', 'bash', '-c', script);
      expect(await flows()).toHaveLength(3000);
      expect(await run({ op: 'flows-delete', netns: 'net', addresses: ['10.137.0.7'] })).toEqual([]);
      expect(await flows()).toEqual([]);
    });
  });
});
