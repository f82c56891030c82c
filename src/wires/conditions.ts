import type { KernelAbilities, KernelOp, Qdisc } from '../boundary/kernel.ts';
import { type Conditions, IMPAIRMENTS, type LinkConditions } from '../model/link-conditions.ts';
import type { Wire, WireRefusal } from './wire.ts';

/** Ethernet header and two VLAN tags: what a frame has beyond its packet. */
const FRAME_OVERHEAD = 22;
/** Seconds: a bucket holds what passes in the first, and one frame at least; what passes in the second waits, and ten frames at least. */
const BURST_TIME = 0.01;
const QUEUE_TIME = 0.1;

/** How a wire's conditions are brought about. */
export interface ConditionWork {
  /** To be run after the wire's `setUp`, and again when the conditions change. What this machine can do of them is in it. */
  readonly ops: readonly KernelOp[];
  /** What of them this machine, or this wire, cannot do. */
  readonly refused: WireRefusal['refused'] | undefined;
}

export function conditionOps(wire: Wire, wanted: LinkConditions, abilities: KernelAbilities): ConditionWork {
  const ways = [
    { outlet: wire.outlets[0], conditions: wanted.tail, sender: wire.ends[0] },
    { outlet: wire.outlets[1], conditions: wanted.head, sender: wire.ends[1] },
  ];
  const ops: KernelOp[] = [];
  let refused: WireRefusal['refused'] | undefined;
  for (const { outlet, conditions, sender } of ways) {
    if (outlet !== undefined) ops.push({ op: 'qdisc', ...outlet, qdisc: qdiscFor(conditions, wire.mtu, abilities) });
    refused ??= outlet === undefined ? withoutOutlet(wire, sender, conditions) : lacking(wire.link, conditions, abilities);
  }
  return { ops, refused };
}

export function isConditioned({ tail, head }: LinkConditions): boolean {
  return Object.keys(tail).length > 0 || Object.keys(head).length > 0;
}

/** A cut loses everything, so nothing else matters. */
function qdiscFor({ cut, ...conditions }: Conditions, mtu: number, { netem, tbf }: KernelAbilities): Qdisc {
  if (cut) return { kind: 'blackhole' };
  const { rate, ...others } = conditions;
  if (netem && Object.keys(others).length > 0) return { kind: 'netem', conditions };
  if (rate === undefined) return { kind: 'none' };
  if (tbf) return tokenBucket(rate, mtu + FRAME_OVERHEAD);
  return netem ? { kind: 'netem', conditions } : { kind: 'none' };
}

function tokenBucket(rate: number, frame: number): Qdisc {
  const bytesPerSecond = rate / 8;
  const burst = Math.ceil(Math.max(frame, bytesPerSecond * BURST_TIME));
  return { kind: 'tbf', rate, burst, limit: Math.ceil(burst + Math.max(10 * frame, bytesPerSecond * QUEUE_TIME)) };
}

function lacking(link: string, conditions: Conditions, { netem, tbf }: KernelAbilities): ConditionWork['refused'] {
  if (netem) return undefined;
  const first = IMPAIRMENTS.find((name) => conditions[name] !== undefined && !(name === 'rate' && tbf));
  if (first === undefined) return undefined;
  const kind = first === 'rate' ? 'tbf' : 'netem';
  return {
    code: 'ENOENT',
    message: `${first} of link ${link} needs ${kind}, which this kernel lacks (CONFIG_NET_SCH_${kind.toUpperCase()})`,
    hint: `load it: modprobe sch_${kind}; where there is no such module, use a kernel that has it`,
  };
}

/** Why no interface sees what this end sends. */
function withoutOutlet(wire: Wire, sender: Wire['ends'][number], conditions: Conditions): ConditionWork['refused'] {
  if (Object.keys(conditions).length === 0) return undefined;
  const end = sender.port === undefined ? sender.node : `${sender.node}:${sender.port}`;
  if (wire.carriedBy === 'dgram') {
    return {
      code: 'refused',
      message: `link ${wire.link} is carried by unix sockets between its virtual machines, where nothing can be held back or lost`,
      hint: 'unplug it with `weft link`, or open /dev/net/tun to this user (weft doctor)',
    };
  }
  return {
    code: 'refused',
    message: `what ${end} sends goes into the machine at once, where nothing can be held back or lost`,
    hint: `condition what ${end} receives`,
  };
}
