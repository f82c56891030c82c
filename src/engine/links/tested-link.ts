import type { FramePoint } from '../../boundary/kernel.ts';
import type { LinkEnd } from '../../model/topology.ts';
import type { Wire } from '../../wires/wire.ts';
import type { Lab } from '../lab.ts';

/** One end of a link that can be tested. */
export interface TestedEnd {
  /** `NODE:PORT`. */
  readonly name: string;
  readonly point: FramePoint;
}

/** A link whose wire can be tested; at a shared segment its second end is that of another member. */
export interface TestedLink {
  readonly link: string;
  readonly ends: readonly [TestedEnd, TestedEnd];
  /** The largest packet that both ends may send. */
  readonly mtu: number;
}

/** Where a link can be tested, or why it cannot, in one sentence. `carrier` is what the engine last drove. */
export function testedLink(lab: Lab, carrier: ReadonlyMap<string, boolean>, link: string): TestedLink | { untested: string } {
  const wire = lab.links.wires.get(link);
  const untested = wire === undefined ? withoutWire(lab, link) : notNow(lab, carrier, wire);
  if (wire === undefined || untested !== undefined) return { untested: untested ?? `link ${link} has no wire` };
  const { tail, head } = lab.link(link);
  const ends = [endAt(tail, wire.points[0]), endAt(head, wire.points[1])];
  const [first, second = otherMember(lab, carrier, wire)] = ends.filter((end) => end !== undefined);
  if (first === undefined || second === undefined)
    return { untested: `link ${link} has nobody at the other side of its shared segment` };
  return { link, ends: [first, second], mtu: wire.mtu };
}

function endAt({ node, port }: LinkEnd, point: FramePoint | undefined): TestedEnd | undefined {
  return point && { name: `${node}:${port ?? ''}`, point };
}

function withoutWire(lab: Lab, link: string): string {
  const refused = lab.links.refused.get(link);
  if (refused !== undefined) return refused.message;
  const carried = 'is carried over UDP by the scripts at its ends, where no frame can be put in or seen';
  return lab.links.selfWired.has(link) ? `link ${link} ${carried}` : `link ${link} has no wire`;
}

function notNow(lab: Lab, carrier: ReadonlyMap<string, boolean>, { link, carriedBy }: Wire): string | undefined {
  if (carriedBy === 'dgram') {
    return `link ${link} is carried by unix sockets between its virtual machines, where no frame can be put in or seen`;
  }
  const bridge = lab.link(link).attributes['qn_bridge'];
  if (bridge) return `link ${link} joins the machine's bridge ${bridge}, which would let the frames out into other networks`;
  if (!lab.isPlugged(link)) return `link ${link} is unplugged`;
  return carrier.get(link) === true ? undefined : `link ${link} has no carrier: not all of its nodes run`;
}

/** The next link of the same shared segment that is in use. */
function otherMember(lab: Lab, carrier: ReadonlyMap<string, boolean>, { link, hubPorts }: Wire): TestedEnd | undefined {
  const members = lab.links.hubs.get(hubPorts[0]?.hub ?? '') ?? [];
  const at = members.findIndex((member) => member.link === link);
  for (const member of [...members.slice(at + 1), ...members.slice(0, at)]) {
    const wire = lab.links.wires.get(member.link);
    if (wire === undefined || notNow(lab, carrier, wire) !== undefined) continue;
    const { tail, head } = lab.link(member.link);
    const end = endAt(tail, wire.points[0]) ?? endAt(head, wire.points[1]);
    if (end !== undefined) return end;
  }
  return undefined;
}
