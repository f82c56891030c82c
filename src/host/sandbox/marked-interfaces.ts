import type { Commands } from '../../boundary/commands.ts';

/** An interface in the machine's own network namespace that carries a lab's owner mark as its alias. */
export interface MarkedInterface {
  readonly name: string;
  readonly lab: string;
}

/** The interfaces of all labs there: host TAPs and the host's ends of veth pairs, which only root can have made. Empty where nobody can list them. */
export async function markedInterfaces(commands: Commands): Promise<readonly MarkedInterface[]> {
  const listing = await commands.run(['ip', '-json', 'link', 'show']);
  if (listing.code !== 0) return [];
  const links = JSON.parse(new TextDecoder().decode(listing.stdout)) as { ifname: string; ifalias?: string }[];
  return links.flatMap(({ ifname, ifalias }) => {
    const [, lab] = /^weft (\S+) /.exec(ifalias ?? '') ?? [];
    return lab === undefined ? [] : [{ name: ifname, lab }];
  });
}

/** Removes those of one lab. Gone already is fine. */
export async function removeMarkedInterfaces(lab: string, commands: Commands): Promise<void> {
  for (const { name, lab: owner } of await markedInterfaces(commands)) {
    if (owner === lab) await commands.run(['ip', 'link', 'delete', 'dev', name]);
  }
}
