/** What differs between the address families in the text of nft(8). */
export interface Family {
  readonly version: 4 | 6;
  /** Of tables, and before saddr and daddr. */
  readonly word: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
  readonly icmp: 'icmp' | 'icmpv6';
}

export const IPV4: Family = { version: 4, word: 'ip', addressType: 'ipv4_addr', icmp: 'icmp' };
export const IPV6: Family = { version: 6, word: 'ip6', addressType: 'ipv6_addr', icmp: 'icmpv6' };
