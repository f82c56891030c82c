import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuestConfig, guestScript } from '../../src/keyfile/guest-script.ts';
import type { InterfaceConfig } from '../../src/keyfile/interface-config.ts';
import { openSandbox, type TestSandbox } from './kernel-sandbox.ts';

const nothing: InterfaceConfig = {
  mac: undefined,
  mtu: undefined,
  ipv6: [],
  addresses: [],
  routes: [],
  dns: { servers: [], search: [], options: [], priority: 100 },
};
const provider = 'fe:ff:ff:ff:ff:ff';

/** A guest's script in namespaces of its own, with this machine's programs. */
describe("a guest's script", () => {
  let sandbox: TestSandbox;

  const run = (script: string) => {
    const [program = '', ...argv] = [...sandbox.inPanel, 'sh', '-s'];
    const { status, stderr, stdout } = spawnSync(program, argv, { input: script, encoding: 'utf8' });
    return { code: status, stderr, stdout };
  };
  const shown = (command: string) =>
    run(command)
      .stdout.split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .sort();
  const give = (config: Partial<GuestConfig>) =>
    run(guestScript({ tree: [], keyfiles: [], interfaces: [], resolver: undefined, ...config }));
  const configured = (config: Partial<InterfaceConfig>) =>
    give({ interfaces: [{ name: 'F', config: { ...nothing, ...config } }] });
  const fine = { code: 0, stderr: '', stdout: '' };

  beforeAll(async () => {
    sandbox = await openSandbox('root');
    const hidden = '[ ! -d /etc/NetworkManager ] || mount -t tmpfs tmpfs /etc/NetworkManager';
    expect(run(`${hidden}\nip link set dev lo up\nip link add name F type veth peer name G\nip link set dev G up`)).toEqual(fine);
  });

  afterAll(async () => await sandbox?.end());

  it('puts an interface into its group and sets its neighbours, and again without change', () => {
    const config = {
      group: 1,
      neighbours: ['10.137.0.3', 'fd09::3'].map((address) => ({ address, mac: provider })),
      addresses: ['10.137.0.7/32', 'fd09::7/128'],
      routes: [{ destination: '10.137.0.3/32' }, { destination: '0.0.0.0/0', gateway: '10.137.0.3', onlink: true }],
    };
    for (const _ of ['set', 'there already']) {
      expect(configured(config)).toEqual(fine);
      expect(shown('ip neighbour show dev F nud permanent')).toEqual([
        `10.137.0.3 lladdr ${provider} PERMANENT`,
        `fd09::3 lladdr ${provider} PERMANENT`,
      ]);
      expect(shown('ip -o link show group 1')).toEqual([expect.stringMatching(/^\d+: F@G:/)]);
      expect(shown('ip route show proto static')).toEqual(['10.137.0.3 dev F scope link', 'default via 10.137.0.3 dev F onlink']);
    }
  });

  it('keeps neighbours when the addresses change', () => {
    const neighbours = [{ address: '10.137.0.3', mac: provider }];
    for (const last of [8, 7]) {
      expect(configured({ addresses: [`10.137.0.${last}/32`], neighbours })).toEqual(fine);
      expect(shown('ip neighbour show dev F nud permanent')).toEqual([`10.137.0.3 lladdr ${provider} PERMANENT`]);
    }
  });

  it('takes neighbours away that are no longer listed', () => {
    run(`ip neighbour replace 10.137.0.9 lladdr ${provider} dev F nud permanent`);
    // The kernel forgets them with the last address.
    const addresses = ['10.137.0.7/32'];
    expect(configured({ addresses, neighbours: [{ address: 'fd09::3', mac: '02:00:00:00:00:03' }] })).toEqual(fine);
    expect(shown('ip neighbour show dev F nud permanent')).toEqual([
      `10.137.0.9 lladdr ${provider} PERMANENT`,
      'fd09::3 lladdr 02:00:00:00:00:03 PERMANENT',
    ]);
    expect(configured({ addresses })).toEqual(fine);
    expect(shown('ip neighbour show dev F nud permanent')).toEqual([`10.137.0.9 lladdr ${provider} PERMANENT`]);
  });

  describe('with rules', () => {
    const rules = 'table ip t\ndelete table ip t\ntable ip t {\n  counter c {\n  }\n}\n';
    const sysctls = [
      { key: 'net/ipv4/ip_forward', value: '1' },
      { key: 'net/ipv6/conf/all/forwarding', value: '1' },
    ];
    const values = () => shown('cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding');
    const interfaces = [{ name: 'F', config: { ...nothing, addresses: ['10.137.0.1/32'] } }];
    const addresses = () => shown('ip -br address show dev F').join(' ');

    it('sets nothing where they cannot be loaded', () => {
      run('echo 0 >/proc/sys/net/ipv4/ip_forward; echo 0 >/proc/sys/net/ipv6/conf/all/forwarding');
      const { code, stderr } = give({ rules: `${rules}add table ip t2\nnonsense\n`, sysctls, interfaces });
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^cannot load the rules: .*Error: syntax error/)]);
      expect(shown('nft list ruleset')).toEqual([]);
      expect(values()).toEqual(['0', '0']);
      expect(addresses()).not.toContain('10.137.0.1');
    });

    it('loads them, then sets the rest, and again', () => {
      for (const _ of ['new', 'there already']) {
        expect(give({ rules, sysctls, interfaces })).toEqual(fine);
        expect(shown('nft list tables')).toEqual(['table ip t']);
        expect(values()).toEqual(['1', '1']);
        expect(addresses()).toContain('10.137.0.1/32');
      }
    });

    it('misses settings of IPv6 only where there is IPv6', () => {
      const missing = { sysctls: [{ key: 'net/ipv6/conf/none/forwarding', value: '1' }] };
      expect(give(missing)).toEqual({ ...fine, code: 1, stderr: 'cannot set net/ipv6/conf/none/forwarding to 1\n' });
      // A folder of the kernel's that has no ipv6.
      expect(run('mount --bind /proc/sys/kernel /proc/sys/net')).toEqual(fine);
      expect(give(missing)).toEqual(fine);
      expect(give({ sysctls: [{ key: 'net/ipv4/none', value: '1' }] }).code).toBe(1);
      expect(run('umount /proc/sys/net')).toEqual(fine);
    });
  });

  it('tells of a neighbour that cannot be', () => {
    const { code, stderr } = configured({ neighbours: [{ address: '10.137.0.3', mac: '02:00' }] });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/cannot set the neighbour 10\.137\.0\.3 at F\n$/)]);
  });
});
