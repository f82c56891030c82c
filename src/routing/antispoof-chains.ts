import { fromClients } from './client-interfaces.ts';
import type { Family } from './family.ts';
import type { NftChain } from './nft-table.ts';

/** A client uses its own address at its own interface, and nobody elsewhere uses one of a client; before anything else sees the packet. */
export function antispoofChains({ word }: Family): NftChain[] {
  return [
    { name: 'antispoof', rules: [`iifname . ${word} saddr @allowed accept`, 'counter name spoofed drop'] },
    {
      name: 'prerouting',
      hook: 'type filter hook prerouting priority raw; policy accept;',
      rules: [...fromClients('goto antispoof'), `${word} saddr @downstream counter name spoofed-outside drop`],
    },
  ];
}
