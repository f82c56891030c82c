/** A connection that the kernel tracks, as a firewall on its way sees the packets of whoever began it. */
export interface Flow {
  readonly family: 4 | 6;
  /** tcp, udp, icmp (of either family); else what conntrack(8) calls it, or its number. */
  readonly proto: string;
  /** Before the source is translated. */
  readonly source: string;
  /** After the destination is translated. */
  readonly destination: string;
  readonly sport?: number;
  /** After the destination is translated. */
  readonly dport?: number;
  readonly icmpType?: number;
  /** What it was sent to, where that was translated: by this the kernel knows the connection. */
  readonly asked?: { readonly destination: string; readonly dport?: number };
}
