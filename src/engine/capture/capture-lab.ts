import type { FrameView } from '../../boundary/kernel.ts';
import type { Link, LinkEnd } from '../../model/topology.ts';
import type { Wire } from '../../wires/wire.ts';
import type { Lab } from '../lab.ts';

/** One end of a link that has a name: a port. */
export interface CapturePort {
  /** `NODE:PORT` */
  readonly label: string;
  readonly node: string;
  readonly link: string;
  /** undefined where its frames pass nowhere in the kernel; then `hidden` says why. */
  readonly view: FrameView | undefined;
  readonly hidden: string;
}

/** A lab as a capture sees it. */
export interface CaptureLab {
  readonly nodes: readonly string[];
  /** In the order of the file's links, the tail's before the head's. */
  readonly ports: readonly CapturePort[];
  /** False for nodes that have a process to run, and none now. */
  isUp(node: string): boolean;
}

export function captureLab(lab: Lab): CaptureLab {
  const { nodes, links } = lab.spec.topology;
  return {
    nodes: nodes.map(({ name }) => name),
    ports: links.flatMap((link) => [portOf(lab, link, 0), portOf(lab, link, 1)].filter((port) => port !== undefined)),
    isUp: (node) => {
      const record = lab.records.get(node);
      return record === undefined || record.process !== undefined;
    },
  };
}

function portOf({ links }: Lab, link: Link, side: 0 | 1): CapturePort | undefined {
  const { node, port }: LinkEnd = side === 0 ? link.tail : link.head;
  if (port === undefined) return undefined;
  const wire = links.wires.get(link.id);
  const hidden =
    links.refused.get(link.id)?.message ??
    (links.selfWired.has(link.id)
      ? `the scripts at the ends of ${link.id} carry it themselves, over UDP, where weft does not see it`
      : whyHidden(link, wire));
  return { label: `${node}:${port}`, node, link: link.id, view: wire?.ends[side].view, hidden };
}

function whyHidden(link: Link, wire: Wire | undefined): string {
  if (wire === undefined) return `nothing carries ${link.id}`;
  return `${link.id} goes over unix sockets between two QEMUs, for lack of /dev/net/tun: its frames pass nowhere in the kernel`;
}
