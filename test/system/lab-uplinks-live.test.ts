import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type Holder, holderLacks } from '../support/lab-holder.ts';
import { outsideKeyfile, UplinkLab } from '../support/uplink-lab.ts';

const world = '192.168.0.1';
const elsewhere = '192.168.7.1';
const ip = (number: number) => `10.137.0.${number}`;
const [net, firewall, work, personal, vpn, other] = [2, 3, 4, 5, 6, 7].map(ip) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

/** Two ways out, a provider in the middle, and another beside it. */
const topology = `graph live {
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network="true"];
  "sys-firewall" [qn_provides_network="true", qn_netvm="sys-net"];
  work [qn_netvm="sys-firewall"];
  personal [qn_netvm="sys-firewall"];
  vpn [qn_provides_network="true", qn_netvm="sys-net"];
  "sys-wifi" [qn_provides_network="true"];
  world:lan -- "sys-net":eth0 [qn_tailip="${world}/24"];
  world:wlan -- "sys-wifi":eth0 [qn_tailip="${elsewhere}/24"];
}
`;

describe.each<Holder>(['root', 'user'])('uplinks of running nodes, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: uplinks of running nodes as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let lab: UplinkLab;

    beforeAll(async () => {
      lab = await UplinkLab.up(holder, 'live', topology, {
        'sys-net': outsideKeyfile('192.168.0', '2001:db8'),
        'sys-wifi': outsideKeyfile('192.168.7', '2001:db8:7'),
      });
      await lab.nameServer('world', world, `server.test=${world}`);
      await lab.nameServer('world', elsewhere, `server.test=${elsewhere}`);
    });
    afterAll(() => lab?.end());

    const netvm = (node: string, value: string) => lab.ok('prefs', node, 'netvm', value);
    const reaches = (node: string, ...targets: string[]) => lab.reaches({ reached: { [node]: targets } });
    const isCut = async (node: string, ...ports: string[]) => {
      expect({ node, ports: await portsOf(node) }).toEqual({ node, ports });
      await lab.reaches({ unreached: { [node]: [world] } });
    };
    const portsOf = async (node: string) =>
      [...(await lab.in(node, 'ip -o link')).matchAll(/^\d+: ((?:eth|vif)[^:@]*)/gm)].map(([, name]) => name);
    const gatewayOf = async (node: string) => /^default via (\S+)/m.exec(await lab.in(node, 'ip route'))?.[1];

    // What does not depend on who holds the lab is shown once.
    describe.runIf(holder === 'root')('what may be a netvm', () => {
      it('case 1: is the default of the lab, unless a node has its own', async () => {
        expect(await lab.ok('prefs', 'sys-net', 'netvm')).toBe('None\n');
        expect(await lab.ok('prefs', 'work', 'netvm')).toBe('sys-firewall\n');
        for (const none of ['none', 'None', '']) {
          await netvm('vpn', none);
          expect(await lab.ok('prefs', 'vpn', 'netvm')).toBe('None\n');
        }
        await netvm('vpn', 'sys-net');
      });

      it.each([
        ['case 2', 'work', 'nobody', /no such node/],
        ['case 2', 'work', 'no/body', /./],
        ['case 3', 'work', 'personal', /does not provide network/],
        ['case 4', 'sys-firewall', 'sys-firewall', /its own netvm/],
        ['case 5', 'sys-net', 'sys-firewall', /leads back to it/],
        ['case 5', 'sys-net', 'vpn', /leads back to it/],
      ])('%s: the netvm of %s cannot be %s', async (_, node, value, message) => {
        const before = await lab.ok('prefs', node, 'netvm');
        const counts = await lab.attachments(node, () => lab.refused(message, 'prefs', node, 'netvm', value));
        expect(counts).toEqual({ removed: 0, made: 0 });
        expect(await lab.ok('prefs', node, 'netvm')).toBe(before);
      });

      it('case 10: is only what provides network, which nobody stops doing while it is used', async () => {
        expect(await lab.ok('prefs', 'personal', 'provides_network')).toBe('False\n');
        await lab.refused(/does not provide network/, 'prefs', 'work', 'netvm', 'personal');
        await lab.ok('prefs', 'personal', 'provides_network', 'True');
        await netvm('work', 'personal');
        await reaches('work', personal, world);
        await lab.refused(/is the netvm of work/, 'prefs', 'personal', 'provides_network', 'False');
        await netvm('work', 'sys-firewall');
        await lab.ok('prefs', '-D', 'personal', 'provides_network');
        await lab.refused(/does not provide network/, 'prefs', 'work', 'netvm', 'personal');
      });

      it('case 11: does not stop while a client runs, or stands still', async () => {
        await lab.refused(/is the netvm of/, 'stop', 'sys-firewall');
        await netvm('personal', 'none');
        await lab.ok('pause', 'work');
        await lab.refused(/is the netvm of work/, 'stop', 'sys-firewall');
        await lab.ok('unpause', 'work');
        await netvm('personal', 'sys-firewall');
        await reaches('work', world);
      });

      it('runs for a client that runs; one that is stopped may have any, and starts the whole chain', async () => {
        await lab.ok('stop', '--force', 'vpn');
        await lab.refused(/does not/, 'prefs', 'work', 'netvm', 'vpn');
        await lab.ok('stop', 'work');
        await netvm('work', 'vpn');
        await lab.ok('start', '--wait', 'work');
        await reaches('work', vpn, world);
        await netvm('work', 'sys-firewall');
      });
    });

    describe('set on a node that runs', () => {
      it.each([
        ['to none', { removed: 1, made: 0 }, () => netvm('work', 'none'), () => isCut('work')],
        ['from none', { removed: 0, made: 1 }, () => netvm('work', 'sys-firewall'), () => reaches('work', world, firewall)],
        ['to another', { removed: 1, made: 1 }, () => netvm('work', 'sys-net'), () => reaches('work', world, net)],
        ['to the same', { removed: 0, made: 0 }, () => netvm('work', 'sys-net'), () => reaches('work', world, net)],
        [
          'back to the default',
          { removed: 1, made: 1 },
          () => lab.ok('apply', '--discard'),
          () => reaches('work', world, firewall),
        ],
      ])('case 6: %s takes away and makes %j', async (_, counts, change, holds) => {
        expect(await lab.attachments('work', change)).toEqual(counts);
        await holds();
      });

      it('case 48: attaches from none, and detaches and attaches again', async () => {
        await netvm('work', 'none');
        await isCut('work');
        for (const provider of ['sys-firewall', 'vpn', 'sys-firewall']) {
          await netvm('work', provider);
          await reaches('work', world);
        }
      });

      it('leads nothing by the old way once the command returns, and nothing else blinks', async () => {
        const old = await lab.capture('sys-firewall:eth0', '--', 'udp', 'port', '9');
        const flood = lab.weft.terminal(
          lab.directory,
          `exec weft exec work -- bash -c 'echo begun; while :; do echo x >/dev/udp/${world}/9; sleep 0.005; done' 2>/dev/null`,
        );
        const steady = lab.weft.run(
          ['weft', 'exec', 'personal', '--', 'ping', '-q', '-i', '0.05', '-c', '60', '-W', '10', world],
          {
            directory: lab.directory,
          },
        );
        await flood.shows(/begun/);
        await eventually(() => old.seen().length > 10, 'the flood by the old way');
        await netvm('work', 'vpn');
        const returned = Date.now();
        const fresh = await lab.capture('vpn:eth0', '--', 'udp', 'port', '9');
        await eventually(() => fresh.seen().length > 20, 'the flood by the new way');
        flood.close();
        await fresh.end();
        expect((await old.end()).filter(({ time }) => time > returned)).toEqual([]);
        expect((await steady).stdout).toMatch(/60 packets transmitted, 60 received/);
        await netvm('work', 'sys-firewall');
      });
    });

    describe.runIf(holder === 'root')('set on a node that stands still', () => {
      const paused = async (...changes: (() => Promise<unknown>)[]) => {
        await lab.ok('pause', 'work');
        const still = await lab.attachments('work', async () => {
          for (const change of changes) await change();
        });
        return { still, after: await lab.attachments('work', () => lab.ok('unpause', 'work')) };
      };
      const nothing = { removed: 0, made: 0 };

      it('case 7: changes nothing where nothing was set', async () => {
        expect(await paused()).toEqual({ still: nothing, after: nothing });
        await reaches('work', world);
      });

      it('case 7: changes nothing until it goes on, and then only once', async () => {
        const changes = [() => netvm('work', 'vpn'), () => netvm('work', 'sys-net')];
        expect(await paused(...changes)).toEqual({ still: nothing, after: { removed: 1, made: 1 } });
        await reaches('work', net, world);
        expect(await paused(() => netvm('work', 'none'))).toEqual({ still: nothing, after: { removed: 1, made: 0 } });
        await isCut('work');
        expect(
          await paused(
            () => netvm('work', 'vpn'),
            () => netvm('work', 'none'),
          ),
        ).toEqual({ still: nothing, after: nothing });
        expect(await paused(() => netvm('work', 'sys-firewall'))).toEqual({ still: nothing, after: { removed: 0, made: 1 } });
        await reaches('work', world);
      });

      it('case 7: is attached anew where it is set to another and back', async () => {
        const changes = [() => netvm('work', 'vpn'), () => netvm('work', 'sys-firewall')];
        expect(await paused(...changes)).toEqual({ still: nothing, after: { removed: 1, made: 1 } });
        expect(await gatewayOf('work')).toBe(firewall);
        await reaches('work', world);
      });

      it('case 7: shows the netvm that it had while the change waits, which nobody sets', async () => {
        const shown = async () => (await lab.ok('features', 'work')).match(/deferred-netvm-original *(.*)/)?.[1];
        expect(await shown()).toBeUndefined();
        await lab.ok('pause', 'work');
        await netvm('work', 'vpn');
        await netvm('work', 'none');
        expect(await shown()).toBe('sys-firewall');
        await lab.refused(/cannot be set/, 'features', 'work', 'deferred-netvm-original', 'vpn');
        await lab.refused(/cannot be set/, 'features', '--unset', 'work', 'deferred-netvm-original');
        lab.killEngine();
        expect(await shown()).toBe('sys-firewall');
        await lab.ok('unpause', 'work');
        expect(await shown()).toBeUndefined();
        await isCut('work');
        await lab.ok('pause', 'work');
        await netvm('work', 'sys-firewall');
        expect(await shown()).toBe('');
        await lab.ok('stop', '--force', 'sys-firewall');
        await lab.ok('unpause', 'work');
        expect(await shown()).toBe('');
        await lab.ok('start', '--wait', 'sys-firewall');
        expect(await shown()).toBeUndefined();
        await reaches('work', firewall, world);
        await reaches('personal', world);
      });

      it('case 40: from none to a provider', async () => {
        await netvm('work', 'none');
        await paused(() => netvm('work', 'sys-firewall'));
        await reaches('work', firewall, world);
      });

      it('case 40: from a provider to none', async () => {
        await paused(() => netvm('work', 'none'));
        await isCut('work');
        await netvm('work', 'sys-firewall');
      });

      it('case 40: to another, and the old one is shut down', async () => {
        await netvm('work', 'vpn');
        await paused(
          () => netvm('work', 'sys-firewall'),
          () => lab.ok('stop', '--force', 'vpn'),
        );
        await reaches('work', firewall, world);
        await lab.ok('start', '--wait', 'vpn');
      });

      it('case 40: to another, and the old one is removed', async () => {
        await lab.ok('create', 'spare', '--namespace');
        await lab.ok('prefs', 'spare', 'provides_network', 'True');
        await lab.ok('prefs', 'spare', 'netvm', 'sys-net');
        await lab.ok('start', '--wait', 'spare');
        await netvm('work', 'spare');
        await reaches('work', world);
        await paused(
          () => netvm('work', 'sys-firewall'),
          () => lab.ok('remove', '--force', 'spare'),
        );
        await reaches('work', firewall, world);
      });

      it('case 40: while its provider is started again', async () => {
        await paused(
          () => lab.ok('stop', '--force', 'sys-firewall'),
          () => lab.ok('start', '--wait', 'sys-firewall'),
        );
        await reaches('work', firewall, world);
        await reaches('personal', world);
      });

      it('case 40: while its provider is shut down, and starts later', async () => {
        await paused(() => lab.ok('stop', '--force', 'sys-firewall'));
        await lab.reaches({ unreached: { work: [world] } });
        await lab.ok('start', '--wait', 'sys-firewall');
        await reaches('work', firewall, world);
      });
    });

    describe.runIf(holder === 'root')('of a provider that goes', () => {
      it.each([
        ['is shut down', () => lab.ok('stop', '--force', 'sys-firewall')],
        ['is killed', () => lab.ok('kill', 'sys-firewall')],
        ['crashes', () => lab.crash('sys-firewall')],
      ])('case 48: comes back by itself once it starts after it %s', async (_, end) => {
        await end();
        await eventually(async () => (await portsOf('work')).length === 0, 'the uplink to go');
        await lab.reaches({ unreached: { work: [world], personal: [world] } });
        await lab.ok('start', '--wait', 'sys-firewall');
        await Promise.all([reaches('work', firewall, world), reaches('personal', firewall, world)]);
      });

      it('case 48: comes back with another engine', async () => {
        await lab.ok('stop', '--force', 'sys-firewall');
        lab.killEngine();
        await lab.ok('start', '--wait', 'sys-firewall');
        await reaches('work', firewall, world);
        lab.killEngine();
        await lab.crash('sys-firewall');
        lab.killEngine();
        await lab.ok('start', '--wait', 'sys-firewall');
        await reaches('personal', firewall, world);
      });
    });

    it('is neither doubled nor lost when the engine is killed at any time', async () => {
      for (const [delay, provider, gateway] of [
        [0, 'vpn', vpn],
        [30, 'sys-firewall', firewall],
        [60, 'sys-wifi', other],
      ] as const) {
        const changing = lab.weft.weft(lab.directory, 'prefs', 'work', 'netvm', provider);
        await new Promise((resolve) => setTimeout(resolve, delay));
        lab.killEngine();
        await changing;
        await netvm('work', provider);
        expect(await portsOf('work')).toEqual(['eth0']);
        await reaches('work', gateway);
        expect(await gatewayOf('work')).toBe(gateway);
      }
      await netvm('work', 'sys-firewall');
      await reaches('work', world);
    });

    it('case 41: a chain whose uplink is switched leaves its clients alone, and looks names up by the new one', async () => {
      const lookUp = () => lab.in('work', 'getent ahostsv4 server.test').then((text) => text.split(/\s/)[0]);
      expect(await lookUp()).toBe(world);
      const counts = await lab.attachments('work', () => netvm('sys-firewall', 'sys-wifi'));
      expect(counts).toEqual({ removed: 0, made: 0 });
      await lab.reaches({ reached: { work: [elsewhere, other] }, unreached: { work: [net] } });
      expect(await lookUp()).toBe(elsewhere);
      await netvm('sys-firewall', 'sys-net');
      await lab.reaches({ reached: { work: [world, net] }, unreached: { work: [other] } });
      expect(await lookUp()).toBe(world);
    });

    it('case 41: names are looked up by what the provider itself uses now, without touching a client', async () => {
      const lookUp = () => lab.in('work', 'getent ahostsv4 server.test || :').then((text) => text.split(/\s/)[0]);
      expect(await lookUp()).toBe(world);
      await lab.in('sys-net', `echo nameserver ${elsewhere} >/etc/resolv.conf; ip route add ${elsewhere} via ${world}`);
      await lab.in('world', 'echo 1 >/proc/sys/net/ipv4/ip_forward');
      const counts = await lab.attachments('work', () =>
        eventually(async () => (await lookUp()) === elsewhere, 'the new server'),
      );
      expect(counts).toEqual({ removed: 0, made: 0 });
      await lab.in('sys-net', `echo nameserver ${world} >/etc/resolv.conf; ip route delete ${elsewhere}`);
      await eventually(async () => (await lookUp()) === world, 'the former server');
    });

    describe.runIf(holder === 'root')('with addresses of their own', () => {
      afterEach(async () => {
        await lab.ok('apply', '--discard');
        await lab.ok('reattach', 'work', 'sys-firewall');
        await reaches('work', world);
      });
      const fake = async (node: string, ...features: (readonly [string, string])[]) => {
        for (const [feature, value] of features) await lab.ok('features', node, feature, value, '--now');
      };
      /** The firewall of its provider knows a client by its real address. */
      const chainsOf = async (node: string) =>
        [...(await lab.in(node, 'nft list table ip qubes-firewall')).matchAll(/chain qbs-(\S+) /g)].map(([, name]) => name);

      it('case 49: a client believes its fake address and gateway, and nobody else sees them', async () => {
        await fake(
          'work',
          ['net.fake-ip', '192.168.1.128'],
          ['net.fake-gateway', '192.168.1.1'],
          ['net.fake-netmask', '255.255.255.0'],
        );
        expect(await lab.addresses('work')).toEqual(['192.168.1.128/24']);
        expect(await gatewayOf('work')).toBe('192.168.1.1');
        const capture = await lab.capture('sys-net:vif3.0', 'world:lan', '--', 'icmp');
        await lab.reaches({ reached: { work: [world, firewall, net], personal: [world] }, unreached: { work: [personal] } });
        const sources = new Set(
          (await capture.end()).filter(({ direction }) => direction === 'in').map(({ port, source }) => `${port} ${source}`),
        );
        expect([...sources].sort()).toEqual([`sys-net:vif3.0 ${firewall}`, 'world:lan 192.168.0.2']);
        expect(await chainsOf('sys-firewall')).toEqual(expect.arrayContaining(['10-137-0-4', '10-137-0-5']));
        expect(await lab.ok('routes', 'sys-firewall')).toMatch(/^10\.137\.0\.4 +0\.0\.0\.0 +255\.255\.255\.255 +UH .*vif4\.0$/m);
        expect(await lab.in('work', 'getent ahostsv4 server.test')).toContain(world);
      });

      it('case 49: a fake address alone', async () => {
        await fake('work', ['net.fake-ip', '192.168.1.128']);
        expect(await lab.addresses('work')).toEqual(['192.168.1.128/32']);
        expect(await gatewayOf('work')).toBe(firewall);
        await reaches('work', world, firewall);
      });

      it('case 49: behind a firewall', async () => {
        await fake('work', ['net.fake-ip', '192.168.1.128'], ['net.fake-gateway', '192.168.1.1']);
        await reaches('work', world);
        await lab.ok('firewall', 'work', 'add', '--before', '0', 'drop', `dsthost=${world}`);
        await lab.reaches({ reached: { personal: [world] }, unreached: { work: [world] } });
        await lab.ok('firewall', 'work', 'reset');
        await reaches('work', world);
      });

      it('case 49: is reached by its real address where both let it', async () => {
        await fake('work', ['net.fake-ip', '192.168.1.128'], ['net.fake-gateway', '192.168.1.1']);
        await lab.in('work', 'nft add rule ip qubes custom-input ip protocol icmp accept');
        await lab.in('sys-firewall', `nft add rule ip qubes custom-forward ip saddr ${personal} ip daddr ${work} accept`);
        await reaches('personal', work);
        await lab.in('sys-firewall', 'nft flush chain ip qubes custom-forward');
        await lab.in('work', 'nft flush chain ip qubes custom-input');
      });

      it('case 49: of a provider', async () => {
        await fake('sys-firewall', ['net.fake-ip', '192.168.1.128'], ['net.fake-gateway', '192.168.1.1']);
        expect(await lab.addresses('sys-firewall')).toContain('192.168.1.128/32');
        expect(await gatewayOf('work')).toBe('192.168.1.128');
        await lab.reaches({ reached: { work: [world, net, '192.168.1.128'], personal: [world] } });
      });

      it('case 50: a client and a provider with addresses that were chosen', async () => {
        await lab.ok('prefs', 'work', 'ip', '192.168.1.1', '--now');
        expect(await lab.addresses('work')).toEqual(['192.168.1.1/32']);
        await lab.reaches({ reached: { work: [world, firewall] }, unreached: { work: [personal] } });
        await lab.ok('firewall', 'work', 'add', '--before', '0', 'drop', `dsthost=${world}`);
        await lab.reaches({ reached: { work: [firewall], personal: [world] }, unreached: { work: [world] } });
        await lab.ok('firewall', 'work', 'reset');
        await lab.ok('prefs', 'sys-firewall', 'ip', '192.168.1.2', '--now');
        expect(await gatewayOf('work')).toBe('192.168.1.2');
        await lab.reaches({ reached: { work: [world, '192.168.1.2'], personal: [world] } });
      });
    });
  });
});
