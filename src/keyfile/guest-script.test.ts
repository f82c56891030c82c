import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { guestScript } from './guest-script.ts';
import type { InterfaceConfig } from './interface-config.ts';

const nothing: InterfaceConfig = {
  mac: undefined,
  mtu: undefined,
  ipv6: [],
  addresses: [],
  routes: [],
  dns: { servers: [], search: [], options: [], priority: 100 },
};
const empty = { tree: [], keyfiles: [], interfaces: [], resolver: undefined };
const bytes = (text: string) => new TextEncoder().encode(text);

/** The script without the functions that all of them begin with. */
function linesOf(config: Parameters<typeof guestScript>[0]): readonly string[] {
  const common = guestScript(empty).split('\n').indexOf('manager ');
  return guestScript(config).split('\n').slice(common);
}

describe('guestScript', () => {
  it('is one that a shell understands', () => {
    const input = guestScript({
      tree: [{ path: "/rw/it's", mode: 0o755, content: bytes('x'.repeat(200)) }],
      keyfiles: [{ path: '/rw/config/NM-system-connections/F.nmconnection', mode: 0o600, content: bytes('') }],
      interfaces: [{ name: 'F', config: nothing }],
      resolver: 'nameserver 10.0.0.1\n',
    });
    expect(execFileSync('sh', ['-n'], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })).toBe('');
  });

  it('gives the tree once and the keyfiles every time', () => {
    const file = { path: '/rw/a b', mode: 0o755, content: bytes('hello\n') };
    expect(linesOf({ ...empty, tree: [file], keyfiles: [{ ...file, mode: 0o600 }] })).toEqual([
      'if [ ! -e $given ]; then',
      "put '/rw/a b' 755 <<'weft'",
      'aGVsbG8K',
      'weft',
      ': >$given',
      'fi',
      "put '/rw/a b' 600 <<'weft'",
      'aGVsbG8K',
      'weft',
      "manager '/rw/a b'",
      'if [ -e $resolver ]; then : >/etc/resolv.conf; rm -f $resolver; fi',
      'exit $failed',
      '',
    ]);
  });

  it('names for each interface what it is to be', () => {
    const config: InterfaceConfig = {
      ...nothing,
      mac: '02:00:00:00:00:09' as NonNullable<InterfaceConfig['mac']>,
      mtu: 1400,
      ipv6: [{ key: 'disable_ipv6', value: '1' }],
      addresses: ['10.0.0.1/24', 'fd00::1/64'],
      routes: [
        { destination: '0.0.0.0/0', gateway: '10.0.0.2', metric: 5, table: 9, source: '10.0.0.1', mtu: 1300, onlink: true },
        { destination: 'fd01::/64' },
      ],
    };
    expect(linesOf({ ...empty, interfaces: [{ name: 'F', config }], resolver: 'nameserver 10.0.0.3\n' }).slice(1)).toEqual([
      "begin 'F' address 02:00:00:00:00:09 mtu 1400",
      "switch 'F' disable_ipv6 1",
      "configure 'F' <<'weft'",
      'address 10.0.0.1/24',
      'address fd00::1/64',
      'route -4 0.0.0.0/0 via 10.0.0.2 metric 5 table 9 src 10.0.0.1 mtu 1300 onlink',
      'route -6 fd01::/64',
      'weft',
      "resolver <<'weft'",
      'nameserver 10.0.0.3',
      'weft',
      'exit $failed',
      '',
    ]);
  });

  it('loads rules and sets sysctls before anything of the network', () => {
    const rules = 'table ip t\nweft\n';
    const sysctls = [{ key: 'net/ipv4/ip_forward', value: '1' }];
    expect(linesOf({ ...empty, rules, sysctls, interfaces: [{ name: 'eth0', config: nothing }] })).toEqual([
      "rules <<'weft-'",
      'table ip t',
      'weft',
      'weft-',
      "setting 'net/ipv4/ip_forward' '1'",
      'manager ',
      "begin 'eth0'",
      "configure 'eth0' <<'weft'",
      'weft',
      'if [ -e $resolver ]; then : >/etc/resolv.conf; rm -f $resolver; fi',
      'exit $failed',
      '',
    ]);
  });

  it('names the group and the neighbours of an interface', () => {
    const neighbours = [
      { address: '10.137.0.3', mac: 'fe:ff:ff:ff:ff:ff' },
      { address: 'fd09::3', mac: 'fe:ff:ff:ff:ff:ff' },
    ];
    const config: InterfaceConfig = { ...nothing, group: 1, neighbours, addresses: ['10.137.0.7/32'] };
    expect(linesOf({ ...empty, interfaces: [{ name: 'eth0', config }] }).slice(1, 7)).toEqual([
      "begin 'eth0' group 1",
      "configure 'eth0' <<'weft'",
      'address 10.137.0.7/32',
      'neighbour 10.137.0.3 fe:ff:ff:ff:ff:ff',
      'neighbour fd09::3 fe:ff:ff:ff:ff:ff',
      'weft',
    ]);
  });
});
