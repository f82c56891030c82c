import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { cloudSeed, type SeedFacts } from './cloud-seed.ts';

const golden = new URL('../../test/cloud-seed', import.meta.url).pathname;
const terms = {
  mac: '00:16:3e:5e:6c:00',
  ip: '10.137.0.4',
  ip6: 'fd09:24ef:4179::a89:4',
  visibleIp: '10.137.0.4',
  visibleGateway: '10.137.0.3',
  visibleNetmask: '255.255.255.255',
  gateway: '10.137.0.3',
  gateway6: 'fd09:24ef:4179::a89:3',
};
const ipv4 = { ...terms, ip6: undefined, gateway6: undefined };
const uplink = { name: 'eth0', mac: terms.mac, addresses: [], terms };
const client: SeedFacts = { lab: 'compartments', node: 'work', interfaces: [uplink], userData: undefined };

const seeds: Readonly<Record<string, SeedFacts>> = {
  client,
  'client-of-ipv4': { ...client, interfaces: [{ ...uplink, terms: ipv4 }] },
  'fake-address': {
    ...client,
    interfaces: [
      {
        ...uplink,
        terms: { ...ipv4, visibleIp: '192.168.1.128', visibleGateway: '192.168.1.1', visibleNetmask: '255.255.255.0' },
      },
    ],
  },
  'links-and-user-data': {
    ...client,
    interfaces: [
      { name: 'lan', mac: '02:00:00:00:01:01', addresses: ['192.0.2.1/24', '2001:db8::1/64'] },
      { name: 'bare', mac: '02:00:00:00:01:02', addresses: [] },
      { ...uplink, terms: ipv4 },
    ],
    userData: '#cloud-config\nssh_authorized_keys:\n  - ssh-ed25519 AAAA me\n',
  },
  nothing: { ...client, interfaces: [] },
};

describe('the seed of a guest with cloud-init', () => {
  it.each(Object.entries(seeds))('is as its files say: %s', async (name, facts) => {
    const files = cloudSeed(facts);
    for (const [file, text] of files) {
      await expect(text).toMatchFileSnapshot(`${golden}/${name}/${file}`);
      expect(() => parse(text)).not.toThrow();
    }
    expect([...files.keys()]).toEqual(['meta-data', 'network-config', 'user-data']);
  });

  it('is another instance once its network is another, and else the same', () => {
    const instance = (facts: SeedFacts) => cloudSeed(facts).get('meta-data');
    expect(instance(client)).toBe(instance({ ...client }));
    expect(instance({ ...client, interfaces: [{ ...uplink, terms: ipv4 }] })).not.toBe(instance(client));
    expect(instance({ ...client, userData: '#cloud-config\n' })).not.toBe(instance(client));
  });

  it('holds names as they are', () => {
    const hostile = 'a: "b\n- c';
    const files = cloudSeed({ ...client, node: hostile, interfaces: [{ ...uplink, name: hostile }] });
    expect(parse(files.get('meta-data') ?? '')).toMatchObject({ 'local-hostname': hostile });
    expect(Object.keys((parse(files.get('network-config') ?? '') as { ethernets: object }).ethernets)).toEqual([hostile]);
  });
});
