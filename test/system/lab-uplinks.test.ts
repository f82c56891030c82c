import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { outsideKeyfile, type UplinkLab, UplinkLab as Uplinks } from '../support/uplink-lab.ts';

/** The world: what is outside of every provider. */
const world4 = '192.168.0.1';
const world6 = '2001:db8::1';
const ip = (number: number) => `10.137.0.${number}`;
const ip6 = (number: number) => `fd09:24ef:4179::a89:${number}`;
/** The numbers that nodes have by their places in the file. */
const numbers = { net: 2, firewall: 3, work: 4, personal: 5, vpn: 6, remote: 7 };
const both = (number: number) => [ip(number), ip6(number)];

/** world - sys-net - sys-firewall - work, personal; and sys-net - vpn - remote. */
const tree = (name: string, guests: readonly string[]) => {
  const node = (own: string, ...attributes: string[]) =>
    `  "${own}" [${[...attributes, ...(guests.includes(own) ? ['qn_template="small"', 'qn_mem="128M"'] : [])].join(', ')}];`;
  return [
    `graph ${name} {`,
    '  qn_template="namespace";',
    '  world;',
    node('sys-net', 'qn_provides_network="true"', '"feature.ipv6"="1"'),
    node('sys-firewall', 'qn_provides_network="true"', 'qn_netvm="sys-net"'),
    node('work', 'qn_netvm="sys-firewall"'),
    node('personal', 'qn_netvm="sys-firewall"'),
    node('vpn', 'qn_provides_network="true"', 'qn_netvm="sys-net"'),
    node('remote', 'qn_netvm="vpn"'),
    `  world:lan -- "sys-net":eth0 [qn_tailip="${world4}/24,${world6}/64"];`,
    '}\n',
  ].join('\n');
};

const skip = (what: string, reason: string | undefined) => {
  if (reason !== undefined) process.stdout.write(`skipped: ${what}: ${reason}\n`);
  return reason !== undefined;
};

const trees: readonly { readonly holder: Holder; readonly name: string; readonly guests: readonly string[] }[] = [
  { holder: 'root', name: 'namespaces', guests: [] },
  { holder: 'user', name: 'namespaces', guests: [] },
  { holder: 'root', name: 'guests', guests: ['sys-net', 'sys-firewall', 'work'] },
  { holder: 'user with tun', name: 'mixed', guests: ['work', 'personal', 'vpn'] },
];

describe.each(trees)('a tree of uplinks of $name, as $holder', ({ guests, holder, name }) => {
  const reason = holderLacks(holder) ?? (guests.length === 0 ? undefined : noQemu);

  describe.skipIf(skip(`a tree of ${name} as ${holder}`, reason))('(internet - sys-net - sys-firewall and vpn)', () => {
    let lab: UplinkLab;

    beforeAll(async () => {
      lab = await Uplinks.up(holder, name, tree(name, guests), { 'sys-net': outsideKeyfile('192.168.0', '2001:db8') });
      // The world knows the way back, and would take it.
      await lab.in('world', `ip route add 10.137.0.0/16 via 192.168.0.2; ip -6 route add fd09:24ef:4179::/64 via 2001:db8::2`);
      await lab.nameServer('world', world4, `server.test=${world4}`);
    });
    afterAll(() => lab?.end());

    it('case 45: lets clients reach the outside and every provider above, and nobody beside or below', async () => {
      const upper = [world4, world6, ...both(numbers.net)];
      const firewall = both(numbers.firewall);
      const vpn = both(numbers.vpn);
      const [work, personal, remote] = [both(numbers.work), both(numbers.personal), both(numbers.remote)];
      // Qubes' input chains take ICMPv6 from above, and nothing else of what is new (specs, section 7).
      const above = (...below: number[]) => ({ reached: below.map(ip6), unreached: below.map(ip) });
      await lab.reaches({
        reached: {
          work: [...upper, ...firewall],
          personal: [...upper, ...firewall],
          remote: [...upper, ...vpn],
          'sys-firewall': [...upper, ...above(numbers.work, numbers.personal).reached],
          vpn: [...upper, ...above(numbers.remote).reached],
          'sys-net': [world4, world6, ...above(numbers.firewall, numbers.vpn).reached],
        },
        unreached: {
          work: [...personal, ...remote, ...vpn],
          personal: [...work, ...remote, ...vpn],
          remote: [...work, ...personal, ...firewall],
          'sys-firewall': [...above(numbers.work, numbers.personal).unreached, ...vpn, ...remote],
          vpn: [...above(numbers.remote).unreached, ...firewall, ...work],
          'sys-net': [...above(numbers.firewall, numbers.vpn).unreached, ...work, ...remote],
          world: [...firewall, ...work, ...vpn, ...remote],
        },
      });
    });

    it('lets a provider reach a client that opens its input to it', async () => {
      const opened = (verb: string) => `nft ${verb} ip qubes custom-input ip protocol icmp accept`;
      await lab.in('personal', opened('add rule'));
      await lab.reaches({ reached: { 'sys-firewall': [ip(numbers.personal)] }, unreached: { work: [ip(numbers.personal)] } });
      await lab.in('personal', 'nft flush chain ip qubes custom-input');
      await lab.reaches({ unreached: { 'sys-firewall': [ip(numbers.personal)] } });
    });

    it.runIf(!guests.includes('work'))('refuses connections to a provider at once', async () => {
      for (const address of both(numbers.firewall)) {
        const said = await lab.try('work', `timeout 5 bash -c ': </dev/tcp/${address}/22'`);
        expect({ address, said }).toEqual({ address, said: expect.stringMatching(/No route to host|Permission denied/) });
      }
    });

    it.each([
      ['IPv4', ip, world4, '192.168.0.2'],
      ['IPv6', ip6, world6, '2001:db8::2'],
    ] as const)('translates addresses and counts hops at each provider: %s', async (_, address, target, outside) => {
      const ports = ['sys-firewall:vif4.0', 'sys-net:vif3.0', 'world:lan', 'vpn:vif7.0', 'sys-net:vif6.0'];
      const capture = await lab.capture(...ports, '--', `"icmp[0] == 8 or ip6[40] == 128"`);
      await Promise.all(['work', 'remote'].map((node) => lab.reaches({ reached: { [node]: [target] } })));
      const requests = (await capture.end()).filter((packet) => packet.destination === target);
      const shown = (port: string) => [
        ...new Set(requests.filter((packet) => packet.port === port).map(({ hops, source }) => `${source} ${hops}`)),
      ];
      expect(Object.fromEntries(ports.map((port) => [port, shown(port)]))).toEqual({
        'sys-firewall:vif4.0': [`${address(numbers.work)} 64`],
        'sys-net:vif3.0': [`${address(numbers.firewall)} 63`],
        'vpn:vif7.0': [`${address(numbers.remote)} 64`],
        'sys-net:vif6.0': [`${address(numbers.vpn)} 63`],
        'world:lan': [`${outside} 62`],
      });
    });

    it('case 39: pings by address and by name, which is looked up in the provider', async () => {
      await lab.reaches({ reached: { work: [world4, 'server.test'], remote: [world4, 'server.test'] } });
      expect((await lab.in('work', 'cat /etc/resolv.conf')).trim().split('\n')).toEqual([
        'nameserver 10.139.1.1',
        'nameserver fd09:24ef:4179::a8b:1',
        'nameserver 10.139.1.2',
        'nameserver fd09:24ef:4179::a8b:2',
      ]);
    });

    it('looks names up by IPv6 where the last provider knows no other name server, and where it does again', async () => {
      await lab.nameServer('world', world6, `six.test=${world4}`);
      const resolver = (server: string) => lab.in('sys-net', `echo nameserver ${server} >/etc/resolv.conf`);
      const chain = (family: string) => lab.in('sys-net', `nft list chain ${family} qubes dnat-dns`);
      await resolver(world6);
      await eventually(async () => (await chain('ip6')).includes(`dnat to ${world6}`), 'the name server of IPv6');
      expect(await chain('ip')).toContain('reject');
      await lab.reaches({ reached: { work: ['six.test'], remote: ['six.test'] } });
      await resolver(world4);
      await eventually(async () => (await chain('ip')).includes(`dnat to ${world4}`), 'the name server of IPv4');
      expect(await chain('ip6')).toContain('reject');
      await lab.reaches({ reached: { work: ['server.test'], remote: ['server.test'] } });
    });
  });
});

/** Ten nodes, so that the clients have the numbers of the documented table; 5, 6 and 7 have no network. */
const documented = `graph documented {
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network="true"];
  c3 [qn_netvm="sys-net", qn_ip="10.137.0.12"];
  c4 [qn_netvm="sys-net", qn_ip="10.137.0.16"];
  none5; none6; none7;
  c8 [qn_netvm="sys-net"];
  c9 [qn_netvm="sys-net"];
  c10 [qn_netvm="sys-net", qn_ip="10.137.0.7"];
  world:lan -- "sys-net":eth0 [qn_tailip="${world4}/24,${world6}/64"];
}
`;

/** The IPv6 pictures of the documentation. Native: above, and cut off at one node. Tunnelled: by a provider in the middle. */
const pictures = `graph pictures {
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network="true"];
  "sys-firewall" [qn_provides_network="true", qn_netvm="sys-net"];
  work [qn_netvm="sys-firewall"];
  "ipv4-only" [qn_netvm="sys-firewall"];
  teredo [qn_provides_network="true", qn_netvm="sys-firewall"];
  remote [qn_netvm="teredo"];
  world:lan -- "sys-net":eth0 [qn_tailip="${world4}/24,${world6}/64"];
}
`;

describe.each<Holder>(['root', 'user'])('what the documentation shows, as %s', (holder) => {
  const reason = holderLacks(holder);
  const outside = { 'sys-net': outsideKeyfile('192.168.0', '2001:db8') };

  describe.skipIf(skip(`what the documentation shows as ${holder}`, reason))('(namespaces)', () => {
    let lab: UplinkLab;
    afterAll(() => lab?.end());

    describe('its routing tables', () => {
      beforeAll(async () => {
        lab = await Uplinks.up(holder, 'documented', documented, outside);
      });
      afterAll(() => lab.weft.ok(lab.directory, 'down'));

      /** Destination, gateway, mask, flags and interface. */
      const rowsOf = async (node: string) =>
        (await lab.ok('routes', node))
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => line.split(/ +/))
          .map(([destination, gateway, mask, flags, , , , port]) => [destination, gateway, mask, flags, port].join(' '));

      it('has the row of the client', async () => {
        expect(await rowsOf('c4')).toContain('0.0.0.0 0.0.0.0 0.0.0.0 U eth0');
      });

      it('has the rows of the network driver domain, and no others', async () => {
        expect((await rowsOf('sys-net')).sort()).toEqual(
          [
            '10.137.0.16 0.0.0.0 255.255.255.255 UH vif4.0',
            '10.137.0.7 0.0.0.0 255.255.255.255 UH vif10.0',
            '10.137.0.9 0.0.0.0 255.255.255.255 UH vif9.0',
            '10.137.0.8 0.0.0.0 255.255.255.255 UH vif8.0',
            '10.137.0.12 0.0.0.0 255.255.255.255 UH vif3.0',
            '192.168.0.0 0.0.0.0 255.255.255.0 U eth0',
            '0.0.0.0 192.168.0.1 0.0.0.0 UG eth0',
          ].sort(),
        );
        await lab.reaches({ reached: Object.fromEntries(['c3', 'c4', 'c8', 'c9', 'c10'].map((node) => [node, [world4]])) });
      });
    });

    describe('its IPv6', () => {
      beforeAll(async () => {
        lab = await Uplinks.up(holder, 'pictures', pictures, outside);
      });

      const clients = ['sys-firewall', 'work', 'ipv4-only', 'teredo', 'remote'];
      /** These nodes reach an IPv6 server in the world, and the others do not. All of them reach it by IPv4. */
      const have = (...nodes: string[]) =>
        lab.reaches({
          reached: Object.fromEntries(clients.map((node) => [node, nodes.includes(node) ? [world4, world6] : [world4]])),
          unreached: Object.fromEntries(clients.map((node) => [node, nodes.includes(node) ? [] : [world6]])),
        });
      const feature = (node: string, value: string) => lab.ok('features', node, 'ipv6', value, '--now');
      const unset = (node: string) => lab.ok('features', '--unset', node, 'ipv6', '--now');

      it('case 9: is not there by default', async () => {
        await have();
        expect(await lab.addresses('work')).toEqual([`${ip(4)}/32`]);
      });

      it('comes to every node below the one that has it, and goes when it is unset', async () => {
        await lab.ok('features', 'sys-net', 'ipv6', '1');
        await have();
        await lab.ok('reattach', 'sys-net');
        await have(...clients);
        expect(await lab.addresses('work')).toEqual([`${ip(4)}/32`, `${ip6(4)}/128`]);
        await unset('sys-net');
        await have();
      });

      it('stays away from a node whose feature is empty', async () => {
        await feature('sys-net', '1');
        await feature('ipv4-only', '');
        await have(...clients.filter((node) => node !== 'ipv4-only'));
        await feature('sys-firewall', '');
        await have();
        await unset('sys-firewall');
        await unset('ipv4-only');
        await have(...clients);
        await unset('sys-net');
      });

      it('case 13: at a client alone is an address without a gateway', async () => {
        await feature('work', '1');
        expect(await lab.addresses('work')).toEqual([`${ip(4)}/32`, `${ip6(4)}/128`]);
        expect(await lab.ok('prefs', 'work')).not.toContain('visible_gateway6');
        await have();
        await unset('work');
      });

      it('comes to the nodes below a provider that tunnels it', async () => {
        const tunnel = (node: string, remote: string, address: string) =>
          lab.in(
            node,
            `ip link add tunnel type vxlan id 6 ${remote} dstport 4789 srcport 4789 4790
ip address add ${address} dev tunnel nodad
ip link set tunnel address 02:00:00:00:06:0${address.endsWith('1/64') ? 1 : 2} up`,
          );
        // The far end is in the world, behind two providers that know nothing of IPv6.
        await tunnel('teredo', `remote ${world4}`, '2001:db8:6::2/64');
        await tunnel('world', 'remote 192.168.0.2', '2001:db8:6::1/64');
        await lab.in('teredo', 'ip -6 route add default via 2001:db8:6::1 dev tunnel');
        await feature('teredo', '1');
        await have('teredo', 'remote');
        await unset('teredo');
        await lab.reaches({ reached: { remote: [world4] }, unreached: { remote: [world6] } });
      });
    });
  });
});
