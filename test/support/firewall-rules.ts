import fc from 'fast-check';
import type { FirewallDestination, FirewallRule } from '../../src/model/firewall-rule.ts';
import { ipv6Text } from '../../src/model/ipv6-text.ts';

const ipv4 = fc.tuple(fc.ipV4(), fc.nat(32)).map(([address, length]) => `${address}/${length}`);
const ipv6 = fc
  .tuple(fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 }), fc.nat(128))
  .map(([words, length]) => `${ipv6Text(words)}/${length}`);
const destination: fc.Arbitrary<FirewallDestination> = fc.oneof(
  ipv4.map((prefix) => ({ kind: 'dst4' as const, prefix })),
  ipv6.map((prefix) => ({ kind: 'dst6' as const, prefix })),
  fc.stringMatching(/^[a-z0-9_][a-z0-9._-]{0,20}[a-z]$/).map((name) => ({ kind: 'dsthost' as const, name })),
);
const ports = fc.tuple(fc.nat(65_535), fc.nat(65_535)).map(([one, other]) => ({
  from: Math.min(one, other),
  to: Math.max(one, other),
}));
const common = {
  action: fc.constantFrom('accept' as const, 'drop' as const),
  destination,
  specialTarget: fc.constant('dns' as const),
  expire: fc.nat(253_402_300_799),
  comment: fc.stringMatching(/^[A-Za-z0-9:;,./_[\] -]{1,30}$/),
};

/** Every rule that the grammar has. */
export const firewallRules: fc.Arbitrary<FirewallRule> = fc.oneof(
  fc.record(common, { requiredKeys: ['action'] }),
  fc.record({ ...common, proto: fc.constantFrom('tcp' as const, 'udp' as const), ports }, { requiredKeys: ['action', 'proto'] }),
  fc.record({ ...common, proto: fc.constant('icmp' as const), icmpType: fc.nat(255) }, { requiredKeys: ['action', 'proto'] }),
);
