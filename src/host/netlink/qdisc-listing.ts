import type { Conditions } from '../../model/link-conditions.ts';
import { attributesIn, Message, textOf } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import {
  HANDLES,
  NANOSECONDS_PER_TICK,
  RTM_GETQDISC,
  TC_H_ROOT,
  TCA_KIND,
  TCA_NETEM_CORRUPT,
  TCA_NETEM_RATE,
  TCA_NETEM_RATE64,
  TCA_NETEM_REORDER,
  TCA_OPTIONS,
  TCA_TBF_PARMS,
  TCA_TBF_RATE64,
  U32_MAX,
} from './qdisc-format.ts';

/** Decimals of a percentage that tell apart all that people write. */
const DECIMALS = 1e6;

type Attributes = ReadonlyMap<number, Buffer>;

/** The root qdiscs of ours in the socket's namespace, by the number of their interface. */
export function listQdiscs(socket: NetlinkSocket): { readonly index: number; readonly conditions: Conditions }[] {
  return socket.dump(new Message(RTM_GETQDISC, 0).raw(Buffer.alloc(20))).flatMap(({ body }) => {
    const conditions = conditionsIn(body);
    return conditions === undefined ? [] : [{ index: body.readInt32LE(4), conditions }];
  });
}

/** What a struct tcmsg with its attributes says; undefined where it is no root qdisc of ours. */
export function conditionsIn(body: Buffer): Conditions | undefined {
  const attributes = attributesIn(body, 20);
  const kind = textOf(attributes.get(TCA_KIND));
  const ours = Object.entries(HANDLES).some(([name, handle]) => name === kind && handle === body.readUInt32LE(8));
  if (!ours || body.readUInt32LE(12) !== TC_H_ROOT) return undefined;
  if (kind === 'blackhole') return { cut: true };
  const options = attributes.get(TCA_OPTIONS) ?? Buffer.alloc(0);
  return kind === 'tbf' ? tokenBucket(attributesIn(options, 0)) : netem(options);
}

function tokenBucket(attributes: Attributes): Conditions {
  return { rate: rateOf(attributes.get(TCA_TBF_PARMS)?.readUInt32LE(8), attributes.get(TCA_TBF_RATE64)) };
}

/** struct tc_netem_qopt is followed by attributes. */
function netem(options: Buffer): Conditions {
  if (options.length < 24) return {};
  const attributes = attributesIn(options, 24);
  const rate = rateOf(attributes.get(TCA_NETEM_RATE)?.readUInt32LE(0), attributes.get(TCA_NETEM_RATE64));
  return present({
    delay: options.readUInt32LE(0) * NANOSECONDS_PER_TICK,
    jitter: options.readUInt32LE(20) * NANOSECONDS_PER_TICK,
    loss: percent(options.readUInt32LE(8)),
    duplicate: percent(options.readUInt32LE(16)),
    corrupt: percent(attributes.get(TCA_NETEM_CORRUPT)?.readUInt32LE(0)),
    reorder: percent(attributes.get(TCA_NETEM_REORDER)?.readUInt32LE(0)),
    rate,
  });
}

function present(numbers: Omit<Required<Conditions>, 'cut'>): Conditions {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== 0));
}

/** Bits per second. */
function rateOf(bytes = 0, large: Buffer | undefined): number {
  return 8 * (bytes === U32_MAX && large !== undefined ? Number(large.readBigUInt64LE(0)) : bytes);
}

function percent(share = 0): number {
  return Math.round((share / U32_MAX) * 100 * DECIMALS) / DECIMALS;
}
