import type { Commands } from '../../boundary/commands.ts';

/**
 * Removes the interfaces in the machine's own network namespace that carry a lab's owner mark as their alias, `weft LAB ...`. They are
 * host TAPs and the host's ends of veth pairs; only root can have made them. Gone already is fine.
 */
export async function removeMarkedInterfaces(lab: string, commands: Commands): Promise<void> {
  const listing = await commands.run(['ip', '-json', 'link', 'show']);
  if (listing.code !== 0) return;
  const links = JSON.parse(new TextDecoder().decode(listing.stdout)) as { ifname: string; ifalias?: string }[];
  for (const { ifname, ifalias } of links) {
    if (ifalias?.startsWith(`weft ${lab} `)) await commands.run(['ip', 'link', 'delete', 'dev', ifname]);
  }
}
