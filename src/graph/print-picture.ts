import { FAINT_COLOUR, LINK_COLOUR, lookOf, UNPLUGGED_COLOUR, UPLINK_COLOUR } from './look.ts';
import type { Picture, PictureLink, PictureNode, PicturePort } from './picture.ts';
import type { Placement } from './placement.ts';

/** The font whose widths every Graphviz knows by heart; viewers may show a relative of the same widths. */
const FONT = 'Arial';
/** Up to so many nodes lines are led around nodes. */
const CURVED = 150;

/**
 * The picture as a DOT text that any Graphviz draws. With a placement (the result of a first drawing) each port is put on the side of its
 * node that faces its peer; `fixed` also keeps the nodes where the placement has them.
 */
export function printPicture(picture: Picture, placement?: Placement, fixed?: 'fixed'): string {
  const cells = new Map(
    picture.nodes.map((node) => [node.name, new Map(node.ports.map((port, index) => [port.name, `p${index}`]))]),
  );
  const ends = compass(picture, cells, fixed === undefined ? placement : undefined);
  const lines = [
    `graph ${quote(picture.name)} {`,
    `  graph [fontname="${FONT}", pad="0.35", nodesep="0.55", ranksep="0.85", overlap="prism", sep="+18", splines="${picture.nodes.length > CURVED ? 'line' : 'true'}", outputorder="edgesfirst", bgcolor="white"];`,
    `  node [fontname="${FONT}", fontsize="13", shape="plain"];`,
    `  edge [fontname="${FONT}", fontsize="9", color="${LINK_COLOUR}", penwidth="1.6", len="2.2"];`,
    ...picture.nodes.map((node) => `  ${printNode(node, cells.get(node.name) ?? new Map(), placement, fixed)}`),
    ...picture.links.map((link) => `  ${printLink(link, ends)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

/** A line meets a port above the name from above and one below it from below; without a placement, wherever it likes. */
function compass(picture: Picture, cells: Cells, placement: Placement | undefined): Cells {
  if (placement === undefined) return cells;
  return new Map(
    picture.nodes.map((node) => {
      const { above, below } = sides(node, placement);
      const at = (ports: readonly PicturePort[], point: string) =>
        ports.map(({ name }) => [name, `${cells.get(node.name)?.get(name) ?? ''}:${point}`] as const);
      return [node.name, new Map([...at(above, 'n'), ...at(below, 's')])];
    }),
  );
}

type Cells = ReadonlyMap<string, ReadonlyMap<string, string>>;

function printNode(
  node: PictureNode,
  cells: ReadonlyMap<string, string>,
  placement: Placement | undefined,
  fixed: 'fixed' | undefined,
): string {
  const at = placement?.get(node.name);
  const position = fixed === undefined || at === undefined ? '' : `, pos="${at.x},${at.y}"`;
  const look = lookOf(node.kind, node.state);
  if (node.kind === 'hub') {
    const colours = `fillcolor="${look.ground}", color="${look.line}", fontcolor="${look.ink}"`;
    return `${quote(node.name)} [shape="ellipse", style="filled", ${colours}, label=${quote(node.name)}, tooltip=${quote(node.tooltip)}${position}];`;
  }
  return `${quote(node.name)} [label=<${nodeTable(node, cells, placement)}>, tooltip=${quote(node.tooltip)}${position}];`;
}

function nodeTable(node: PictureNode, cells: ReadonlyMap<string, string>, placement: Placement | undefined): string {
  const look = lookOf(node.kind, node.state);
  const { above, below } = sides(node, placement);
  const span = Math.max(1, above.length, below.length);
  const caption = node.state === undefined || node.state === 'running' ? node.caption : `${node.caption}, ${node.state}`;
  const title = `<B>${escapeHtml(node.name)}</B>`;
  const small = caption === '' ? '' : `<BR/><FONT POINT-SIZE="9">${escapeHtml(caption)}</FONT>`;
  const lines = node.details.map(escapeHtml).join('<BR/>');
  const details = `<TR><TD COLSPAN="${span}"><FONT POINT-SIZE="9" COLOR="${look.ink}">${lines}</FONT></TD></TR>`;
  return [
    `<TABLE BORDER="2" COLOR="${look.line}" BGCOLOR="${look.ground}" STYLE="ROUNDED" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">`,
    `<TR><TD><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="4" CELLPADDING="3">`,
    portRow(above, cells, span, look.line),
    `<TR><TD COLSPAN="${span}" CELLPADDING="4"><FONT COLOR="${look.ink}">${title}${small}</FONT></TD></TR>`,
    ...(lines === '' ? [] : [details]),
    portRow(below, cells, span, look.line),
    '</TABLE></TD></TR></TABLE>',
  ].join('');
}

function portRow(ports: readonly PicturePort[], cells: ReadonlyMap<string, string>, span: number, line: string): string {
  if (ports.length === 0) return '';
  const last = span - ports.length + 1;
  const cell = (port: PicturePort, index: number) => {
    const colspan = index === ports.length - 1 && last > 1 ? ` COLSPAN="${last}"` : '';
    const tooltip = escapeHtml(port.tooltip);
    const faint = port.peer === undefined;
    return `<TD PORT="${cells.get(port.name) ?? ''}"${colspan} BORDER="1" COLOR="${faint ? FAINT_COLOUR : line}" BGCOLOR="white" STYLE="ROUNDED" TITLE="${tooltip}" HREF="#"><FONT POINT-SIZE="10" COLOR="${faint ? FAINT_COLOUR : '#334155'}">${escapeHtml(port.name)}</FONT></TD>`;
  };
  return `<TR>${ports.map(cell).join('')}</TR>`;
}

/** Ports whose peer is drawn higher go above the name, in the order from left to right in which their peers stand. */
function sides(
  node: PictureNode,
  placement: Placement | undefined,
): { above: readonly PicturePort[]; below: readonly PicturePort[] } {
  const own = placement?.get(node.name);
  if (placement === undefined || own === undefined) return { above: [], below: node.ports };
  const peerOf = (port: PicturePort) => (port.peer === undefined ? undefined : placement.get(port.peer));
  const ordered = [...node.ports].sort((a, b) => (peerOf(a)?.x ?? own.x) - (peerOf(b)?.x ?? own.x));
  const isAbove = (port: PicturePort) => (peerOf(port)?.y ?? own.y) > own.y + own.height / 2;
  return { above: ordered.filter(isAbove), below: ordered.filter((port) => !isAbove(port)) };
}

function printLink(link: PictureLink, cells: Cells): string {
  const end = (node: string, port: string | undefined) => {
    const cell = port === undefined ? undefined : cells.get(node)?.get(port);
    return cell === undefined || cell === '' ? quote(node) : `${quote(node)}:${cell}`;
  };
  const label = link.label.length === 0 ? '' : `, label=<${labelTable(link)}>`;
  return `${end(link.tail, link.tailPort)} -- ${end(link.head, link.headPort)} [tooltip=${quote(link.tooltip)}${label}${lineOf(link)}];`;
}

/** An uplink has its arrow at the provider; at a port that lies inside the frame of its node, a little before its end. */
function lineOf({ plugged, tailPort, uplink }: PictureLink): string {
  const shape = tailPort === undefined ? 'normal' : 'nonenormal';
  const arrow = uplink === undefined ? '' : `, dir="back", arrowtail="${shape}", arrowsize="0.6"`;
  if (!plugged) return `${arrow}, color="${UNPLUGGED_COLOUR}", style="dashed"`;
  if (uplink === 'waiting') return `${arrow}, color="${FAINT_COLOUR}", style="dashed"`;
  return uplink === undefined ? '' : `${arrow}, color="${UPLINK_COLOUR}"`;
}

function labelTable({ label, uplink }: PictureLink): string {
  const colour = uplink === 'waiting' ? FAINT_COLOUR : LINK_COLOUR;
  const lines = label.map(
    (line) => `<TR><TD WIDTH="5"></TD><TD ALIGN="LEFT"><FONT COLOR="${colour}">${escapeHtml(line)}</FONT></TD></TR>`,
  );
  return `<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">${lines.join('')}</TABLE>`;
}

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
