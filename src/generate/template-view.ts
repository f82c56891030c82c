import { netdevId } from '../model/netdev-id.ts';
import type { Entries, NodeDocument } from './node-document.ts';
import { optionValue, shellWord } from './shell-words.ts';

/** A Mustache section that works on its rendered content. */
type Lambda = () => (text: string, render: (text: string) => string) => string;

/** Names to values without a prototype, so that a template finds only what is there. */
export type View = Record<string, unknown>;

/**
 * What a template is rendered with: NODE.yaml's keys, and for our own templates
 * - `{{#sh}}...{{/sh}}`: the content as one shell word, quoted where needed;
 * - `{{#opt}}...{{/opt}}`: the content as a value inside a QEMU option;
 * - `weft_link_count`, and `weft_addressed` where a link gives its end addresses;
 * - in each link `weft_index` (counts from 0, as in WEFT_NETDEV_0), `weft_id` (the QEMU id of the netdev) and
 *   `weft_internet` where the link leads to the world, and the list `weft_addresses`.
 */
export function templateView(document: NodeDocument): View {
  const view = viewOf(document.entries);
  view['sh'] = sh;
  view['opt'] = opt;
  const links = document.links.map(({ entries, internet, addresses }, index) => {
    const link = viewOf(entries);
    link['weft_index'] = String(index);
    link['weft_id'] = netdevId(String(link['qn_name']));
    link['weft_internet'] = internet;
    link['weft_addresses'] = addresses;
    return link;
  });
  view['links'] = links;
  view['weft_link_count'] = String(links.length);
  view['weft_addressed'] = document.links.some(({ addresses }) => addresses.length > 0);
  return view;
}

const sh: Lambda = () => (text, render) => shellWord(render(text));
const opt: Lambda = () => (text, render) => optionValue(render(text));

function viewOf(entries: Entries): View {
  const view = Object.create(null) as View;
  for (const [key, value] of entries) view[key] = value;
  return view;
}
