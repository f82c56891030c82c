import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as attack from '../support/attack-frames.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { outsideKeyfile, UplinkLab } from '../support/uplink-lab.ts';

const world = ['192.168.0.1', '2001:db8::1'] as const;
const own = ['10.137.0.4', 'fd09:24ef:4179::a89:4'] as const;
const victim = ['10.137.0.5', 'fd09:24ef:4179::a89:5'] as const;
const gateway = ['10.137.0.3', 'fd09:24ef:4179::a89:3'] as const;
/** Every client has this MAC, and every interface of a provider to one has the other. */
const client = '00:16:3e:5e:6c:00';
const provider = 'fe:ff:ff:ff:ff:ff';
const evil = '02:66:66:66:66:66';
const everybody = 'ff:ff:ff:ff:ff:ff';
const allNodes = { mac: '33:33:00:00:00:01', ip: 'ff02::1' };
const fe80 = 'fe80::216:3eff:fe5e:6c00';

/** Work is hostile; personal is its sibling. Work's own kernel must not add to what the rules count. */
const topology = (guests: readonly string[]) => {
  const guest = (node: string) => (guests.includes(node) ? ', qn_template="small", qn_mem="128M"' : '');
  return `graph attacks {
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network="true", "feature.ipv6"="1"];
  "sys-firewall" [qn_provides_network="true", qn_netvm="sys-net"${guest('sys-firewall')}];
  work [qn_netvm="sys-firewall"];
  personal [qn_netvm="sys-firewall"${guest('personal')}];
  world:lan -- "sys-net":eth0 [qn_tailip="${world[0]}/24,${world[1]}/64"];
}
`;
};

const at = (mac: string, ip: string): attack.FrameEnd => ({ mac, ip });
const times = (count: number, make: (index: number) => Buffer) => Array.from({ length: count }, (_, index) => make(index));

const surroundings: readonly { readonly holder: Holder; readonly among: string; readonly guests: readonly string[] }[] = [
  { holder: 'root', among: 'namespaces', guests: [] },
  { holder: 'user', among: 'namespaces', guests: [] },
  { holder: 'root', among: 'guests', guests: ['sys-firewall', 'personal'] },
];

describe.each(surroundings)('case 46: attacks of a client, among $among, as $holder', ({ guests, holder }) => {
  const missing = holderLacks(holder) ?? (guests.length === 0 ? undefined : noQemu);
  if (missing !== undefined) process.stdout.write(`skipped: attacks as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(raw frames)', () => {
    let lab: UplinkLab;

    beforeAll(async () => {
      lab = await UplinkLab.up(holder, 'attacks', topology(guests), { 'sys-net': outsideKeyfile('192.168.0', '2001:db8') });
      await lab.reaches({ reached: { work: [...world], personal: [...world] } });
    });
    afterAll(() => lab?.end());

    /** Sends frames, and gives by how much the counters of the provider grew. Nobody else may see one, and the victims must be as they were. */
    async function sent(...frames: Buffer[]): Promise<(counter: string) => number> {
      const before = await lab.counters('sys-firewall');
      const neighbours = await neighboursOf('sys-firewall');
      const capture = await lab.capture('personal:eth0', 'sys-firewall:eth0', 'world:lan');
      const program = new URL('frame-port.ts', import.meta.url).pathname;
      const input = frames.map((bytes) => `${bytes.toString('hex')}\n`).join('');
      const words = ['weft', 'exec', 'work', '--', process.execPath, program, 'eth0'];
      const { code, stderr } = await lab.weft.run(words, { directory: lab.directory, input });
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.any(String) });
      // What comes after the attack shows that the capture has seen everything of it.
      await lab.reaches({ reached: { work: [...world], personal: [...world] } });
      const seen = await capture.end();
      expect(seen.filter(({ port, source }) => port === 'personal:eth0' && source === world[0]).length).toBeGreaterThan(0);
      expect(seen.filter(({ bytes }) => bytes.includes(attack.MARK))).toEqual([]);
      expect(await neighboursOf('sys-firewall')).toEqual(neighbours);
      const after = await lab.counters('sys-firewall');
      return (counter) => (after[counter] ?? 0) - (before[counter] ?? 0);
    }

    /** Whom a provider knows at its interfaces to clients, by ARP and NDP. */
    async function neighboursOf(node: string): Promise<readonly string[]> {
      const lines = (await lab.in(node, 'ip neigh show; ip -6 neigh show')).split('\n').map((line) => line.trim());
      return [...new Set(lines.filter((line) => / dev vif/.test(line)))].sort();
    }

    it('is known to its provider by its own addresses alone, for good', async () => {
      const known = [...own.map((ip) => ['vif4.0', ip]), ...victim.map((ip) => ['vif5.0', ip])];
      const lines = known.map(([port, ip]) => `${ip} dev ${port} lladdr ${client} PERMANENT`);
      expect(await neighboursOf('sys-firewall')).toEqual(lines.sort());
    });

    it('sees its own frames leave: a mark that is allowed arrives', async () => {
      const capture = await lab.capture('world:lan');
      const program = new URL('frame-port.ts', import.meta.url).pathname;
      const input = `${attack.echo(at(client, own[0]), at(provider, world[0])).toString('hex')}\n`;
      await lab.weft.run(['weft', 'exec', 'work', '--', process.execPath, program, 'eth0'], { directory: lab.directory, input });
      await lab.reaches({ reached: { personal: [world[0]] } });
      expect((await capture.end()).filter(({ bytes }) => bytes.includes(attack.MARK)).map(({ source }) => source)).toEqual([
        '192.168.0.2',
        world[0],
      ]);
    });

    it.each([
      ['IPv4', 0, 'ip qubes', '10.137.0.77', '192.168.0.9'],
      ['IPv6', 1, 'ip6 qubes', 'fd09:24ef:4179::a89:77', '2001:db8::9'],
    ] as const)('spoofed sources: %s', async (_, family, table, nobody, outside) => {
      const sources = [victim[family], gateway[family], nobody, outside, world[family]];
      const targets = [world[family], victim[family], gateway[family]];
      const frames = sources.flatMap((source) =>
        targets.flatMap((to) => [
          attack.echo(at(client, source), at(provider, to)),
          attack.udp(at(evil, source), at(provider, to), 53, 53),
        ]),
      );
      const grown = await sent(...frames);
      expect(grown(`${table} spoofed`)).toBeGreaterThanOrEqual(frames.length - targets.length * 2);
      expect(grown(`${table} spoofed`)).toBeLessThanOrEqual(frames.length + 20);
    });

    it('ARP that claims the address of a sibling, and of the provider', async () => {
      const claims = [victim[0], gateway[0], own[0], '10.137.0.2'].flatMap((claimed) => [
        attack.arp('reply', at(evil, claimed), at(everybody, claimed)),
        attack.arp('request', at(evil, claimed), at(everybody, victim[0])),
        attack.arp('reply', at(evil, claimed), at(provider, gateway[0])),
        attack.arp('reply', at(evil, claimed), at(client, victim[0])),
        // What a provider answers, for itself and for others: of who asks it would take note.
        ...[gateway[0], world[0], victim[0], '10.137.0.2'].map((asked) =>
          attack.arp('request', at(evil, claimed), at(everybody, asked)),
        ),
      ]);
      await sent(...claims);
    });

    it('NDP that claims the address of a sibling, and of the provider', async () => {
      const claims = [victim[1], gateway[1], 'fd09:24ef:4179::a89:2'].flatMap((claimed) => [
        attack.advertisement(at(evil, fe80), allNodes, claimed),
        attack.advertisement(at(evil, own[1]), allNodes, claimed),
        attack.advertisement(at(evil, own[1]), at(provider, gateway[1]), claimed),
        attack.advertisement(at(evil, claimed), at(client, victim[1]), claimed),
      ]);
      await sent(...claims);
    });

    it('a flood of MACs', async () => {
      const mac = (index: number) =>
        `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`;
      const grown = await sent(
        ...times(500, (index) => attack.echo(at(mac(index), victim[0]), at(mac(1000 + index), world[0]))),
        ...times(500, (index) => attack.echo(at(mac(index), victim[0]), at(provider, world[0]))),
      );
      // A guest's queue need not hold all of a burst.
      expect(grown('ip qubes spoofed')).toBeGreaterThanOrEqual(guests.length === 0 ? 500 : 250);
    });

    it('frames with VLAN tags', async () => {
      const plain = [
        attack.echo(at(client, own[0]), at(client, victim[0])),
        attack.echo(at(client, own[0]), at(everybody, victim[0])),
        attack.echo(at(client, victim[0]), at(provider, world[0])),
        attack.echo(at(client, victim[1]), at(provider, world[1])),
        attack.arp('reply', at(evil, victim[0]), at(everybody, victim[0])),
      ];
      await sent(
        ...plain.flatMap((bytes) => [[0], [1], [100], [4094], [100, 1], [0, 100]].map((tags) => attack.tagged(bytes, ...tags))),
      );
    });

    it('rogue router advertisements and redirects', async () => {
      const addresses = await lab.in('personal', 'ip -6 address show dev eth0; ip -6 route');
      const grown = await sent(
        ...[fe80, own[1]].flatMap((source) =>
          [allNodes, at(provider, gateway[1]), at(provider, victim[1])].map((to) =>
            attack.routerAdvertisement(at(client, source), to),
          ),
        ),
        attack.redirect(at(client, own[1]), at(provider, gateway[1]), world[1]),
        attack.redirect(at(client, fe80), allNodes, world[1]),
      );
      expect(await lab.in('personal', 'ip -6 address show dev eth0; ip -6 route')).toBe(addresses);
      expect(await lab.in('sys-firewall', 'ip -6 route; ip -6 address')).not.toContain('2001:db8:bad:');
      expect(grown('ip6 qubes input-redirects')).toBeGreaterThanOrEqual(2);
      expect(grown('ip6 qubes spoofed')).toBeGreaterThanOrEqual(2);
    });

    it('rogue DHCP offers', async () => {
      const grown = await sent(
        attack.dhcpOffer(at(client, own[0]), at(everybody, '255.255.255.255')),
        attack.dhcpOffer(at(client, own[0]), at(provider, gateway[0])),
        attack.dhcpOffer(at(client, gateway[0]), at(everybody, '255.255.255.255')),
        attack.dhcpOffer(at(client, own[0]), at(client, victim[0])),
      );
      expect(grown('ip qubes input-dhcp')).toBeGreaterThanOrEqual(2);
      expect(grown('ip qubes spoofed')).toBeGreaterThanOrEqual(1);
    });

    it.each([
      ['IPv4', 0, 'ip qubes'],
      ['IPv6', 1, 'ip6 qubes'],
    ] as const)('talk to a sibling past the provider and through it: %s', async (_, family, table) => {
      const from = at(client, own[family]);
      const through = [
        attack.echo(from, at(provider, victim[family])),
        attack.udp(from, at(provider, victim[family]), 4000, 53),
        attack.udp(from, at(provider, victim[family]), 53, 4000),
      ];
      const past = [client, everybody, '33:33:00:00:00:01'].flatMap((mac) => [
        attack.echo(from, at(mac, victim[family])),
        attack.udp(from, at(mac, victim[family]), 4000, 4000),
      ]);
      const grown = await sent(...through, ...past);
      expect(grown(`${table} forward-to-clients`)).toBeGreaterThanOrEqual(through.length);
    });
  });
});
