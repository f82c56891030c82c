/** Who has an IP address on the link of an interface: nobody needs to be asked (ARP, neighbour discovery). */
export interface Neighbour {
  /** IPv4 or IPv6, without a length. */
  readonly address: string;
  readonly mac: string;
}
