import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionOf } from '../model/position.ts';
import { interfaceConfig } from './interface-config.ts';
import { readProfile } from './read-profile.ts';
import { resolvConf } from './resolv-conf.ts';

const sample = readFileSync(join(import.meta.dirname, '../../test/keyfiles/F.nmconnection'), 'utf8');

function configOf(text: string) {
  const { diagnostics, profile } = readProfile(text);
  if (profile === undefined) throw new Error(JSON.stringify(diagnostics));
  return interfaceConfig(profile);
}

describe("the add-on's sample", () => {
  it('is read without a complaint', () => {
    expect(readProfile(sample).diagnostics).toEqual([]);
  });

  it('means its address, its three routes, its name server and no IPv6', () => {
    const config = configOf(sample);
    expect(config).toEqual({
      mac: undefined,
      mtu: undefined,
      ipv6: [{ key: 'disable_ipv6', value: '1' }],
      addresses: ['10.250.9.26/30'],
      routes: [
        { destination: '10.250.0.0/20', gateway: '127.0.0.1', metric: 1000 },
        { destination: '10.250.8.0/24', gateway: '10.250.9.25', metric: 1 },
        { destination: '0.0.0.0/0', gateway: '10.250.9.25', metric: 101 },
      ],
      dns: { servers: ['10.250.7.2'], search: [], options: [], priority: 100 },
    });
    expect(resolvConf([config.dns])).toBe('nameserver 10.250.7.2\n');
  });

  it('reads the same with the line ends of another system', () => {
    expect(configOf(sample.replaceAll('\n', '\r\n'))).toEqual(configOf(sample));
  });
});

describe('a profile', () => {
  it('takes what it says of interface, MAC and MTU', () => {
    const { profile } = readProfile(`# by hand
[connection]
  id = up\\slink
interface-name=eth1
autoconnect=no
autoconnect-priority=7
[802-3-ethernet]
mac-address=02-00-00-AB-CD-EF
mac-address-blacklist=02:00:00:00:00:01;02:00:00:00:00:02;
cloned-mac-address=02:00:00:00:00:09
mtu=9000
`);
    expect(profile).toMatchObject({
      id: 'up link',
      type: 'ethernet',
      interfaceName: 'eth1',
      autoconnect: false,
      autoconnectPriority: 7,
      macAddress: '02:00:00:ab:cd:ef',
      macDenylist: ['02:00:00:00:00:01', '02:00:00:00:00:02'],
      clonedMac: '02:00:00:00:00:09',
      mtu: 9000,
    });
  });

  it('gives routes that state no metric the one of the family, else that of ethernet', () => {
    const text = (more: string) => `[ipv4]\nmethod=manual\naddress1=10.0.0.2/24,10.0.0.1\nroute1=10.1.0.0/16\n${more}`;
    expect(configOf(text('')).routes).toEqual([
      { destination: '10.1.0.0/16', metric: 100 },
      { destination: '0.0.0.0/0', gateway: '10.0.0.1', metric: 100 },
    ]);
    expect(configOf(text('route-metric=5\nroute-table=20\ngateway=10.0.0.3\n')).routes).toEqual([
      { destination: '10.1.0.0/16', metric: 5, table: 20 },
      { destination: '0.0.0.0/0', gateway: '10.0.0.3', metric: 5, table: 20 },
    ]);
    expect(configOf(text('never-default=true\n')).routes).toHaveLength(1);
  });

  it('takes routes in the order of their numbers, with their options', () => {
    const { routes } = configOf(
      '[ipv4]\nmethod=manual\naddress=10.0.0.2/24\nroute10=10.3.0.0/16,,3\nroute2=10.2.0.0/16,0.0.0.0\nroute2_options=table=7,onlink=true,mtu=1400,src=10.0.0.2\n',
    );
    expect(routes).toEqual([
      { destination: '10.2.0.0/16', metric: 100, table: 7, onlink: true, mtu: 1400, source: '10.0.0.2' },
      { destination: '10.3.0.0/16', metric: 3 },
    ]);
  });

  it.each([
    ['ignore', []],
    ['disabled', [['disable_ipv6', '1']]],
    [
      'link-local',
      [
        ['accept_ra', '0'],
        ['disable_ipv6', '0'],
      ],
    ],
    [
      'auto',
      [
        ['accept_ra', '2'],
        ['accept_ra_defrtr', '1'],
        ['disable_ipv6', '0'],
      ],
    ],
    [
      'auto\nnever-default=true\naddr-gen-mode=eui64',
      [
        ['addr_gen_mode', '0'],
        ['accept_ra', '2'],
        ['accept_ra_defrtr', '0'],
        ['disable_ipv6', '0'],
      ],
    ],
  ])('switches IPv6 for method=%s', (method, switches) => {
    const config = configOf(`[ipv4]\nmethod=disabled\naddress1=10.0.0.1/8\n[ipv6]\nmethod=${method}\n`);
    expect(config.ipv6.map(({ key, value }) => [key, value])).toEqual(switches);
    expect(config.addresses).toEqual([]);
  });
});

/** Bad files: each names the mistakes that it makes as `# LINE:COLUMN CODE SEVERITY`. */
const corpus: readonly (readonly [string, string])[] = [
  ['no group', 'id=F\n# 1:1 syntax error'],
  ['a foreign comment', '[ipv4]\n; hello\nmethod=disabled\n# 2:1 syntax error'],
  ['a group that does not end', '[ipv4\nmethod=disabled\n# 1:1 syntax error\n# 2:1 syntax error'],
  ['a line without a value', '[connection]\n  interface-name\n# 2:3 syntax error'],
  ['an unfit interface', '[connection]\ninterface-name=eth0/1\n# 2:16 bad-value error'],
  ['a connection of another kind', '[connection]\ntype=wifi\n# 2:6 no-effect warning'],
  ['a priority out of bounds', '[connection]\nautoconnect-priority = 1000\n# 2:24 bad-value error'],
  ['no boolean', '[connection]\nautoconnect=maybe\n# 2:13 bad-value error'],
  ['no MAC', '[ethernet]\nmac-address=02:00:00\n# 2:13 bad-mac error'],
  ['a group MAC', '[ethernet]\ncloned-mac-address=01:00:00:00:00:00\n# 2:20 bad-mac error'],
  ['a bad MAC in a list', '[ethernet]\nmac-address-blacklist=02:00:00:00:00:01; x ;\n# 2:42 bad-mac error'],
  ['a random MAC', '[ethernet]\ncloned-mac-address=random\n# 2:20 no-effect warning'],
  ['an unknown method', '[ipv4]\nmethod=manuel\n# 2:8 bad-value error'],
  ['manual without an address', '[ipv4]\nmethod=manual\n# 2:8 bad-value error'],
  ['a DHCP client', '[ipv4]\nmethod=auto\n# 2:8 no-effect warning'],
  ['an address without a prefix', '[ipv4]\naddress1=10.0.0.1\nmethod=manual\n# 2:10 bad-value error'],
  ['an address of the other family', '[ipv4]\naddress1=fd00::1/64\n# 2:10 bad-value error'],
  ['a prefix too long', '[ipv6]\naddress1=fd00::1/129\n# 2:10 bad-value error'],
  ['a bad gateway', '[ipv4]\naddress1=10.0.0.2/24,10.0.0\n# 2:22 bad-value error'],
  ['a route to nowhere', '[ipv4]\nroute1=,10.0.0.1\n# 2:8 bad-value error'],
  ['a bad next hop', '[ipv4]\nroute1=10.0.0.0/8,gw,1\n# 2:19 bad-value error'],
  ['a bad metric', '[ipv4]\nroute1=10.0.0.0/8,10.1.1.1, -1\n# 2:29 bad-value error'],
  ['two routes on a line', '[ipv4]\nroute1=10.0.0.0/8,10.1.1.1,1,11.0.0.0/8\n# 2:30 bad-value error'],
  ['an unknown route option', '[ipv4]\nroute1=10.0.0.0/8\nroute1_options=mtu=1400,quickack=1\n# 3:25 no-effect warning'],
  ['a bad route option', '[ipv4]\nroute1=10.0.0.0/8\nroute1_options=src=me\n# 3:20 bad-value error'],
  ['a bad name server', '[ipv4]\ndns=10.0.0.1;ns.example;\n# 2:14 bad-value error'],
  ['a domain with a blank', '[ipv4]\ndns-search=a.example;b c;\n# 2:22 bad-value error'],
  ['an unknown addr-gen-mode', '[ipv6]\naddr-gen-mode=mac\n# 2:15 bad-value error'],
];

describe('a bad keyfile', () => {
  it.each(corpus)('%s', (_name, text) => {
    const expected = [...text.matchAll(/^# (\d+:\d+ .*)$/gm)].map(([, mistake]) => mistake);
    const { diagnostics, profile } = readProfile(text);
    const found = diagnostics.map(({ code, severity, span }) => {
      const { line, column } = positionOf(text, span.from);
      return `${line}:${column} ${code} ${severity}`;
    });
    expect(found).toEqual(expected);
    expect(profile === undefined).toBe(expected.some((mistake) => mistake?.endsWith('error')));
    for (const { hint, message } of diagnostics) expect(`${message}; ${hint}`).toMatch(/^[^\n]{10,};[^\n]{10,}$/);
  });
});

describe('any text', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('[connection]', '[ipv4]', '[ipv6]', '[ethernet]', ...sample.split('\n')),
    fc
      .tuple(fc.constantFrom('address1', 'route1', 'dns', 'method', 'mtu', 'interface-name'), fc.string())
      .map(([key, value]) => `${key}=${value}`),
  );

  it('is read to its end, and every diagnostic lies within it', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = lines.join('\n');
        for (const { span } of readProfile(text).diagnostics) {
          expect(span.from).toBeLessThanOrEqual(span.to);
          expect(span.to).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  /** The bits beyond the length are zero. */
  const network = (text: string) => {
    const [ip = '', length = ''] = text.split('/');
    const bits = ip.split('.').map((byte) => Number(byte).toString(2).padStart(8, '0'));
    const kept = bits.join('').slice(0, Number(length)).padEnd(32, '0');
    return `${(kept.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)).join('.')}/${length}`;
  };

  it('gives addresses and routes back as they were written', () => {
    const byte = fc.nat(255);
    const address = fc.tuple(byte, byte, byte, byte).map((bytes) => bytes.join('.'));
    const prefix = fc.tuple(address, fc.nat(32)).map(([ip, length]) => `${ip}/${length}`);
    const metric = fc.nat(4_294_967_295);
    fc.assert(
      fc.property(
        fc.uniqueArray(prefix, { minLength: 1 }),
        fc.array(
          fc.tuple(
            prefix,
            address.filter((ip) => ip !== '0.0.0.0'),
            metric,
          ),
        ),
        (addresses, routes) => {
          const text = [
            '[ipv4]',
            'method=manual',
            ...addresses.map((one, at) => `address${at + 1}=${one}`),
            ...routes.map((one, at) => `route${at + 1}=${one.join(',')}`),
          ].join('\n');
          const config = configOf(text);
          expect(config.addresses).toEqual(addresses);
          expect(config.routes).toEqual(
            routes.map(([destination, gateway, cost]) => ({ destination: network(destination), gateway, metric: cost })),
          );
        },
      ),
    );
  });
});
