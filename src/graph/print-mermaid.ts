import { FAINT_COLOUR, lookOf, UNPLUGGED_COLOUR, UPLINK_COLOUR } from './look.ts';
import type { Picture, PictureLink, PictureNode } from './picture.ts';

/** The picture as a Mermaid flowchart, for documents: ports on the links, states as colours. */
export function printMermaid(picture: Picture): string {
  const ids = new Map(picture.nodes.map((node, index) => [node.name, `n${index}`]));
  const styled = (style: string, isOf: (link: PictureLink) => boolean) => {
    const numbers = picture.links.flatMap((link, index) => (isOf(link) ? [index] : []));
    return numbers.length === 0 ? [] : [`  linkStyle ${numbers.join(',')} ${style}`];
  };
  const lines = [
    'flowchart TD',
    ...picture.nodes.map((node) => `  ${ids.get(node.name)}${shape(node)}`),
    ...picture.links.map((link) => `  ${ids.get(link.tail)} ${line(link)} ${ids.get(link.head)}`),
    ...picture.nodes.map((node) => {
      const look = lookOf(node.kind, node.state);
      return `  style ${ids.get(node.name)} fill:${look.ground},stroke:${look.line},color:${look.ink}`;
    }),
    ...styled(`stroke:${UNPLUGGED_COLOUR},stroke-dasharray:4`, ({ plugged }) => !plugged),
    ...styled(`stroke:${UPLINK_COLOUR}`, ({ plugged, uplink }) => plugged && uplink === 'attached'),
    ...styled(`stroke:${FAINT_COLOUR},stroke-dasharray:4`, ({ plugged, uplink }) => plugged && uplink === 'waiting'),
  ];
  return `${lines.join('\n')}\n`;
}

function shape(node: PictureNode): string {
  const text = escapeText(node.name);
  if (node.kind === 'hub') return `(["${text}"])`;
  const lines = [...(node.caption === '' ? [] : [node.caption]), ...node.details];
  return lines.length === 0 ? `("${text}")` : `("<b>${text}</b><br/>${lines.map(escapeText).join('<br/>')}")`;
}

function line(link: PictureLink): string {
  const ports = [link.tailPort, link.headPort].filter((port) => port !== undefined).map(escapeText);
  const lines = [...(ports.length === 0 ? [] : [ports.join(' – ')]), ...link.label.map(escapeText)];
  return lines.length === 0 ? '---' : `---|"${lines.join('<br/>')}"|`;
}

/** Mermaid reads entity codes with a hash (its documentation: special characters that break syntax). */
function escapeText(text: string): string {
  return text.replaceAll('#', '#35;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
