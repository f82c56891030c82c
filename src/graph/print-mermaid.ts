import { lookOf } from './look.ts';
import type { Picture, PictureLink, PictureNode } from './picture.ts';

/** The picture as a Mermaid flowchart, for documents: ports on the links, states as colours. */
export function printMermaid(picture: Picture): string {
  const ids = new Map(picture.nodes.map((node, index) => [node.name, `n${index}`]));
  const unplugged = picture.links.flatMap((link, index) => (link.plugged ? [] : [index]));
  const lines = [
    'flowchart TD',
    ...picture.nodes.map((node) => `  ${ids.get(node.name)}${shape(node)}`),
    ...picture.links.map((link) => `  ${ids.get(link.tail)} ${line(link)} ${ids.get(link.head)}`),
    ...picture.nodes.map((node) => {
      const look = lookOf(node.kind, node.state);
      return `  style ${ids.get(node.name)} fill:${look.ground},stroke:${look.line},color:${look.ink}`;
    }),
    ...(unplugged.length > 0 ? [`  linkStyle ${unplugged.join(',')} stroke:#dc2626,stroke-dasharray:4`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

function shape(node: PictureNode): string {
  const text = escapeText(node.name);
  if (node.kind === 'hub') return `(["${text}"])`;
  return node.caption === '' ? `("${text}")` : `("<b>${text}</b><br/>${escapeText(node.caption)}")`;
}

function line(link: PictureLink): string {
  const ports = [link.tailPort, link.headPort].filter((port) => port !== undefined).map(escapeText);
  return ports.length === 0 ? '---' : `---|"${ports.join(' – ')}"|`;
}

/** Mermaid reads entity codes with a hash (its documentation: special characters that break syntax). */
function escapeText(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
