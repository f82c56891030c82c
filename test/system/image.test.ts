import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Commands } from '../../src/boundary/commands.ts';
import { GuestAgent } from '../../src/drivers/qemu/agent.ts';
import { systemClock } from '../../src/host/clock.ts';
import { systemCommands } from '../../src/host/commands.ts';
import { httpDownload } from '../../src/host/download.ts';
import { systemFiles } from '../../src/host/files.ts';
import { sha256 } from '../../src/host/sha256.ts';
import { systemStreams } from '../../src/host/streams.ts';
import { buildDisk } from '../../src/image/build-disk.ts';
import { buildImage, type Image, type ImageDeps } from '../../src/image/build-image.ts';
import { guestScript } from '../../src/keyfile/guest-script.ts';
import type { InterfaceConfig } from '../../src/keyfile/interface-config.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { type DebianMirror, debianMirror, inRelease, noMirror } from '../support/debian-mirror.ts';

const guestDirectory = resolve(import.meta.dirname, '../../guest');
const OVMF = '/usr/share/OVMF/OVMF_CODE_4M.fd';
const noApt = existsSync('/usr/bin/apt-get') ? undefined : 'there is no apt';
const noQemu = existsSync('/usr/bin/qemu-system-x86_64') ? undefined : 'there is no QEMU';
const noFirmware = noQemu ?? (existsSync(OVMF) ? undefined : 'there is no OVMF');
for (const [what, reason] of Object.entries({ image: noApt, guest: noQemu, mirror: noMirror, disk: noFirmware })) {
  if (reason !== undefined) process.stderr.write(`skipped: the small guest, ${what} (${reason})\n`);
}

function deps(progress: string[] = [], commands: Commands = systemCommands): ImageDeps {
  return { files: systemFiles, commands, download: httpDownload, sha256, progress: (message) => progress.push(message) };
}

/** What a node that routes for others loads. */
const rules = `table inet t
delete table inet t
table inet t {
  counter refused {
  }
  set allowed {
    type ifname . ipv4_addr
    elements = { "lan" . 10.1.2.3 }
  }
  chain antispoof {
    type filter hook prerouting priority raw;
    iifgroup 2 iifname . ip saddr != @allowed counter name refused drop
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state invalid counter name refused drop
    ct state established,related accept
    iifgroup 2 meta l4proto { tcp, udp } th dport 53 accept
    iifgroup 2 icmp type echo-request accept
    reject with icmpx admin-prohibited
    reject with tcp reset
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifgroup 1 masquerade
  }
  chain prerouting {
    type nat hook prerouting priority dstnat;
    iifgroup 2 ip daddr 10.139.1.1 udp dport 53 dnat ip to 10.1.2.4
    iifname "lan" tcp dport 80 redirect to :8080
  }
}
`;
const uplink: InterfaceConfig = {
  ...{ mac: undefined, mtu: undefined, group: 1, ipv6: [] },
  neighbours: ['10.137.0.3', 'fd09::3'].map((address) => ({ address, mac: 'fe:ff:ff:ff:ff:ff' })),
  addresses: ['10.137.0.7/32', 'fd09::7/128'],
  routes: [{ destination: '10.137.0.3/32' }, { destination: '0.0.0.0/0', gateway: '10.137.0.3', onlink: true }],
  dns: { servers: [], search: [], options: [], priority: 100 },
};

/** This machine's programs, some of them hidden. */
function without(...hidden: string[]): Commands {
  return {
    ...systemCommands,
    find: (program) => (hidden.includes(program) ? Promise.resolve(undefined) : systemCommands.find(program)),
  };
}

describe.skipIf(noApt !== undefined)('the small guest', () => {
  let folder = '';
  let cacheDirectory = '';
  let image: Image;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-image-'));
    cacheDirectory = join(folder, 'cache');
    image = await buildImage(deps(), { cacheDirectory, guestDirectory });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Starts QEMU with wires to nowhere and all that a bundled script would give the guest; the sockets are in `run`. */
  function start(run: string, boot: readonly string[]): void {
    mkdirSync(run);
    const swapped = 'eth1\t02:00:00:00:01:01\neth0\t02:00:00:00:01:02\n';
    const moved = 'eth4\t02:00:00:00:01:0b\nwan\t02:00:00:00:01:0c\n';
    writeFileSync(join(run, 'mactab'), `${swapped}lan\t02:00:00:00:01:0A\n${moved}`);
    writeFileSync(join(run, 'addresses'), 'lan\t10.1.2.3/24\nlan\t2001:db8::3/64\n');
    const socket = (id: string): string[] => ['-chardev', `socket,id=${id},path=${join(run, id)}.sock,server=on,wait=off`];
    const nic = (mac: string): string[] => {
      const id = `nic${mac.slice(-2)}`;
      return ['-netdev', `hubport,id=${id},hubid=0`, '-device', `virtio-net-pci,netdev=${id},mac=${mac},romfile=`];
    };
    const child = spawn(
      '/usr/bin/qemu-system-x86_64',
      [
        ...['-nodefaults', '-no-user-config', '-display', 'none', '-M', 'q35', '-accel', 'tcg', '-cpu', 'max', ...boot],
        ...['-device', 'virtio-serial-pci', ...socket('console'), '-device', 'virtconsole,chardev=console'],
        ...[...socket('agent'), '-device', 'virtserialport,chardev=agent,name=org.qemu.guest_agent.0'],
        ...[...socket('qmp'), '-mon', 'chardev=qmp,mode=control'],
        ...['-fw_cfg', 'name=opt/hostname,string=server', '-fw_cfg', `name=opt/mactab,file=${run}/mactab`],
        ...['-fw_cfg', `name=opt/weft/addresses,file=${run}/addresses`],
        ...['01', '02', '0a', '0b', '0c'].flatMap((byte) => nic(`02:00:00:00:01:${byte}`)),
      ],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    );
    children.push(child);
  }

  async function agentOf(run: string, deadline: number): Promise<GuestAgent> {
    await expect.poll(() => existsSync(join(run, 'agent.sock'))).toBe(true);
    const agent = GuestAgent.over(await systemStreams.connectUnix(join(run, 'agent.sock')), systemClock);
    await agent.ping(deadline);
    return agent;
  }

  async function inGuest(agent: GuestAgent, script: string): Promise<string> {
    const { stdout, stderr } = await agent.exec(['/bin/sh', '-c', script]);
    return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  }

  function directBoot(): string[] {
    const megahertz = /^cpu MHz\s*:\s*([\d.]+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
    const frequency = megahertz === undefined ? '' : `tsc_early_khz=${Math.floor(Number(megahertz) * 1000)}`;
    const line = `console=hvc0 quiet no_timer_check tsc=reliable ${frequency} noreplace-smp random.trust_cpu=on`;
    return ['-m', '128', '-kernel', image.vmlinux, '-initrd', image.initrd, '-append', line];
  }

  it('is not built again while its recipe stays, and nobody is asked', async () => {
    const noisy: Commands = { find: () => Promise.reject(new Error('asked')), run: () => Promise.reject(new Error('asked')) };
    expect(image.rebuilt).toBe(true);
    expect(await buildImage(deps([], noisy), { cacheDirectory, guestDirectory })).toEqual({ ...image, rebuilt: false });
    expect(await buildImage(deps(), { cacheDirectory, guestDirectory, refresh: true })).toEqual({ ...image, rebuilt: false });
  });

  it('is built again from the same packages when a guest file changes, by two builders at once', async () => {
    const changed = join(folder, 'guest');
    await cp(guestDirectory, changed, { recursive: true });
    await writeFile(join(changed, 'profile'), 'PS1="changed "\n');
    const offline: string[] = [];
    const options = { cacheDirectory: join(folder, 'other'), guestDirectory: changed };
    await cp(join(cacheDirectory, 'packages'), join(folder, 'other/packages'), { recursive: true });
    const [one, two] = await Promise.all([buildImage(deps(offline), options), buildImage(deps(offline), options)]);
    expect(one.recipeHash).toBe(two.recipeHash);
    expect(one.recipeHash).not.toBe(image.recipeHash);
    expect(offline.filter((message) => message.startsWith('fetching'))).toEqual([]);
    expect((await readdir(join(folder, 'other/images'))).sort()).toEqual([one.recipeHash, 'small'].sort());
    expect((await readdir(one.directory)).sort()).toEqual(['bootx64.efi', 'initrd', 'recipe.json', 'vmlinux', 'vmlinuz']);
  });

  describe.skipIf(noQemu !== undefined)('booted with 128 MB', () => {
    it('names its interfaces, has its addresses, runs the real programs and ends when told to', async () => {
      const run = join(folder, 'run');
      start(run, directBoot());
      const agent = await agentOf(run, 60_000);
      expect(await inGuest(agent, 'hostname')).toBe('server\n');
      const links = (await inGuest(agent, 'ip -br link')).split('\n').map((line) => line.split(/\s+/));
      expect(links.map(([name, , mac]) => `${name} ${mac}`)).toEqual(
        expect.arrayContaining([
          ...['eth1 02:00:00:00:01:01', 'eth0 02:00:00:00:01:02', 'lan 02:00:00:00:01:0a'],
          ...['eth4 02:00:00:00:01:0b', 'wan 02:00:00:00:01:0c'],
        ]),
      );
      expect(links.filter(([, , , flags]) => flags?.includes('UP'))).toHaveLength(6);
      expect(await inGuest(agent, 'ip -br address show lan')).toMatch(/10\.1\.2\.3\/24 2001:db8::3\/64/);
      expect(await inGuest(agent, 'ping -c1 10.1.2.3')).toContain('bytes of data');
      const versions = await inGuest(
        agent,
        'for tool in bridge tc nft conntrack; do $tool -V; done; tcpdump --version; iperf3 --version',
      );
      for (const words of ['bridge utility', 'tc utility', 'nftables', 'conntrack v', 'tcpdump version', 'iperf 3'])
        expect(versions).toContain(words);
      expect(await inGuest(agent, 'iperf3 -s -1 -D && iperf3 -c 127.0.0.1 -n 1M')).toContain('iperf Done.');
      // Each line makes the kernel ask for modules; all of them are silent when they succeed.
      const onDemand = `
        echo 'table ip nat { chain post { type nat hook postrouting priority 100; ct state new masquerade; }; }' | nft -f -
        ip link add br0 type bridge vlan_filtering 1
        ip link add link lan name lan.5 type vlan id 5
        ip link add vx type vxlan id 5 dstport 4789 dev lan
        ip link add v0 type veth peer name v1
        ip tuntap add tap0 mode tap
        tc qdisc add dev lan root netem delay 5ms 1ms distribution normal
        tc qdisc add dev lan ingress
        tc filter add dev lan ingress matchall action mirred egress redirect dev eth0`;
      expect(await inGuest(agent, onDemand)).toBe('');
      const available = Number(/MemAvailable:\s+(\d+)/.exec(await inGuest(agent, 'cat /proc/meminfo'))?.[1]);
      expect(available).toBeGreaterThan(30_000);
      await agent.exec(['/usr/sbin/poweroff'], { deadline: 5000 }).catch(() => undefined);
      await expect.poll(() => children[0]?.exitCode).toBe(0);
    });

    it('filters, translates and forgets flows', async () => {
      const run = join(folder, 'filter');
      start(run, directBoot());
      const agent = await agentOf(run, 60_000);
      const give = async (text: string) => {
        const script = guestScript({
          ...{ tree: [], keyfiles: [], resolver: undefined, rules: text },
          sysctls: ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'].map((key) => ({ key, value: '1' })),
          interfaces: [{ name: 'wan', config: uplink }],
        });
        const { code, stderr } = await agent.exec(['/bin/sh', '-s'], { input: new TextEncoder().encode(script) });
        return [code, new TextDecoder().decode(stderr)];
      };
      for (const _ of ['new', 'there already']) expect(await give(rules)).toEqual([0, '']);
      const shown = await inGuest(agent, 'nft list ruleset');
      for (const word of ['masquerade', 'dnat ip to', 'reject with', 'ct state', 'counter name', '"lan" . 10.1.2.3']) {
        expect(shown).toContain(word);
      }
      expect(await inGuest(agent, 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding')).toBe('1\n1\n');
      expect(await inGuest(agent, 'ip -o link show group 1')).toMatch(/^\d+: wan: [^\n]*\n$/);
      const neighbours = await inGuest(agent, 'ip neighbour show dev wan nud permanent');
      expect(
        neighbours
          .split('\n')
          .map((line) => line.trim())
          .sort(),
      ).toEqual(['', '10.137.0.3 lladdr fe:ff:ff:ff:ff:ff PERMANENT', 'fd09::3 lladdr fe:ff:ff:ff:ff:ff PERMANENT']);
      expect(await inGuest(agent, 'ping -c1 -W1 10.1.2.3')).toContain(' 0% packet loss');
      expect(await inGuest(agent, 'conntrack -L 2>/dev/null')).toMatch(/^icmp .* src=10\.1\.2\.3 dst=10\.1\.2\.3 type=8/);
      expect(await inGuest(agent, 'conntrack -D --orig-src 10.1.2.3 >/dev/null')).toContain('1 flow entries have been deleted');
      expect(await inGuest(agent, 'conntrack -L 2>/dev/null')).toBe('');
      expect(await give(`${rules}nonsense\n`)).toEqual([1, expect.stringMatching(/^cannot load the rules: .*syntax error/)]);
      expect(await inGuest(agent, 'nft list ruleset')).toBe(shown);
    });

    it('has a shell with job control on its console, and ends at the power button', async () => {
      const run = join(folder, 'console');
      start(run, directBoot());
      await (await agentOf(run, 60_000)).exec(['/bin/true']);
      const stream = await systemStreams.connectUnix(join(run, 'console.sock'));
      const screen = new ConsoleReader(stream);
      const type = (text: string): boolean => stream.write(new TextEncoder().encode(text));
      type('\n');
      await screen.shows('root@server:~# ');
      type('sleep 1000\n');
      await screen.shows('sleep 1000');
      await expect
        .poll(
          () => {
            type('\x03');
            return screen.text.includes('^C');
          },
          { interval: 200 },
        )
        .toBe(true);
      type('sleep 77 & jobs\n');
      await screen.shows('Running');
      stream.close();

      const monitor = await systemStreams.connectUnix(join(run, 'qmp.sock'));
      await new ConsoleReader(monitor).shows('QMP');
      const say = (execute: string): boolean => monitor.write(new TextEncoder().encode(`{"execute":"${execute}"}\n`));
      say('qmp_capabilities');
      await expect
        .poll(
          () => {
            say('system_powerdown');
            return children[0]?.exitCode;
          },
          { interval: 500 },
        )
        .toBe(0);
    });
  });

  describe.skipIf(noMirror !== undefined)('from a mirror over HTTP', () => {
    let mirror: DebianMirror;
    beforeAll(async () => {
      mirror = await debianMirror(join(cacheDirectory, 'packages'));
    });
    afterEach(() => mirror.instead.clear());
    afterAll(() => mirror.close());
    const build = (name: string, commands?: Commands, progress: string[] = []): Promise<Image> =>
      buildImage(deps(progress, commands), { cacheDirectory: join(folder, name), guestDirectory, mirror: mirror.url });

    it('is the same as from apt, with the signatures checked', async () => {
      const progress: string[] = [];
      const built = await build('mirror', without('dpkg-deb', 'apt-get', 'apt-cache'), progress);
      expect(built.recipeHash).toBe(image.recipeHash);
      expect(progress.filter((message) => message.includes('signature'))).toEqual([]);
      expect(readFileSync(built.initrd).equals(readFileSync(image.initrd))).toBe(true);
    });

    it('says when the signatures cannot be checked', async () => {
      const progress: string[] = [];
      expect((await build('mirror', without('gpgv'), progress)).rebuilt).toBe(false);
      await buildImage(deps(progress, without('gpgv')), {
        cacheDirectory: join(folder, 'mirror'),
        guestDirectory,
        mirror: mirror.url,
        refresh: true,
      });
      expect(progress).toContainEqual(
        expect.stringMatching(/signature of .*InRelease is not checked: gpgv is not on this machine/),
      );
    });

    it('is refused with a changed list, a forged signature or a changed package', async () => {
      const text = new TextDecoder('latin1').decode(inRelease('bookworm'));
      mirror.instead.set('/debian/dists/bookworm/InRelease', Buffer.from(text.replace(/^Date: .*$/m, 'Date: today'), 'latin1'));
      await expect(build('forged')).rejects.toMatchObject({
        code: 'signature',
        message: expect.stringContaining('not signed by Debian'),
      });
      mirror.instead.clear();

      mirror.instead.set('/debian/dists/bookworm/InRelease', inRelease('bookworm-updates'));
      await expect(build('forged')).rejects.toThrow('is of bookworm-updates, not of bookworm');
      mirror.instead.clear();

      mirror.instead.set('/debian/dists/bookworm/main/binary-amd64/Packages', Buffer.from('Package: bash\n'));
      await expect(build('forged')).rejects.toThrow('does not have the SHA-256 that InRelease promises');
      mirror.instead.clear();

      const path = mirror.asked.find((asked) => asked.endsWith('.deb')) ?? '';
      mirror.instead.set(path, Buffer.from('!<arch>\n'));
      await expect(build('forged')).rejects.toThrow('does not have the SHA-256 that the index promises');
      expect((await readdir(join(folder, 'forged/packages'))).filter((name) => name.startsWith('new.'))).toEqual([]);
    });
  });

  it.skipIf(noFirmware !== undefined)('starts from a disk by UEFI and asks for a login', async () => {
    const run = join(folder, 'disk');
    const disk = join(folder, 'disk.img');
    await buildDisk(deps(), { cacheDirectory, guestDirectory, file: disk });
    const firmware = ['-drive', `if=pflash,format=raw,readonly=on,file=${OVMF}`];
    start(run, ['-m', '512', ...firmware, '-drive', `file=${disk},if=virtio,format=raw,snapshot=on`]);
    await expect.poll(() => existsSync(join(run, 'console.sock'))).toBe(true);
    const stream = await systemStreams.connectUnix(join(run, 'console.sock'));
    const screen = new ConsoleReader(stream);
    await screen.shows('server login: ');
    stream.write(new TextEncoder().encode('root\n'));
    await screen.shows('root@server:~# ');
    stream.write(new TextEncoder().encode('ip -br link\n'));
    await screen.shows('02:00:00:00:01:0a');
    stream.close();
  });
});
