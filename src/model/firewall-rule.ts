/** Where a rule's packets go: addresses of one family, or a name that is resolved where the rule is loaded. */
export type FirewallDestination =
  /** ADDRESS/LENGTH; bits beyond the length are allowed, and do not count. */
  { readonly kind: 'dst4' | 'dst6'; readonly prefix: string } | { readonly kind: 'dsthost'; readonly name: string };

/**
 * One rule of a node's firewall, as Qubes has them (specs: Qubes networking, section 6): packets from the node that match all of it. The
 * first rule that matches decides; what none matches is dropped.
 */
export interface FirewallRule {
  readonly action: 'accept' | 'drop';
  readonly proto?: 'tcp' | 'udp' | 'icmp';
  readonly destination?: FirewallDestination;
  /** Both ends included, 0 to 65535; with tcp, udp or, without proto, both of them. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** 0 to 255, with icmp only. */
  readonly icmpType?: number;
  /** The name servers of the provider. */
  readonly specialTarget?: 'dns';
  /** Seconds since 1970; from then on the rule does not exist. */
  readonly expire?: number;
  readonly comment?: string;
}
