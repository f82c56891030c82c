import type { Qdisc } from '../../boundary/kernel.ts';
import { errnoOf } from '../system-failure.ts';
import { Message, NLM_F_CREATE, NLM_F_REPLACE } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import {
  HANDLES,
  NANOSECONDS_PER_TICK,
  RTM_DELQDISC,
  RTM_NEWQDISC,
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
  type UsedQdisc,
} from './qdisc-format.ts';

/** linux/pkt_sched.h */
const TC_LINKLAYER_ETHERNET = 1;
const TCA_TBF_BURST = 6;
/** Frames that netem holds at most; what tc gives it. */
const NETEM_LIMIT = 1000;

/** Throws ENOENT where the kernel has no such kind, or it cannot be loaded. */
export function setQdisc(socket: NetlinkSocket, index: number, qdisc: Qdisc): void {
  if (qdisc.kind !== 'none') socket.change(qdiscMessage(index, qdisc));
  else for (const handle of Object.values(HANDLES)) deleteRoot(socket, index, handle);
}

/** RTM_NEWQDISC for an interface's root, as tc(8) `qdisc replace` sends it; every number is in it, so that none stays from before. */
export function qdiscMessage(index: number, qdisc: UsedQdisc): Message {
  const message = new Message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE)
    .raw(header(index, HANDLES[qdisc.kind]))
    .text(TCA_KIND, qdisc.kind);
  if (qdisc.kind === 'tbf') message.nest(TCA_OPTIONS, (options) => tokenBucket(options, qdisc));
  if (qdisc.kind === 'netem') message.nest(TCA_OPTIONS, (options) => netem(options, qdisc.conditions));
  return message;
}

/** Another root, or none, is fine: ENOENT where there is none, EINVAL where its handle is another. */
function deleteRoot(socket: NetlinkSocket, index: number, handle: number): void {
  try {
    socket.change(new Message(RTM_DELQDISC, 0).raw(header(index, handle)));
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code !== 'ENOENT' && code !== 'EINVAL') throw thrown;
  }
}

/** struct tcmsg */
function header(index: number, handle: number): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(handle, 8);
  bytes.writeUInt32LE(TC_H_ROOT, 12);
  return bytes;
}

/** struct tc_tbf_qopt: two struct tc_ratespec, limit, buffer in ticks, mtu. */
function tokenBucket(options: Message, { rate, burst, limit }: Extract<Qdisc, { kind: 'tbf' }>): void {
  const perSecond = bytesPerSecond(rate);
  const parameters = Buffer.alloc(36);
  // The kernel looks at a table of transmission times only where the link layer is not told.
  parameters.writeUInt8(TC_LINKLAYER_ETHERNET, 1);
  parameters.writeInt16LE(-1, 4);
  parameters.writeUInt32LE(Math.min(perSecond, U32_MAX), 8);
  parameters.writeUInt32LE(Math.min(limit, U32_MAX), 24);
  parameters.writeUInt32LE(ticks((burst * 1e9) / perSecond), 28);
  options.bytes(TCA_TBF_PARMS, parameters).u32(TCA_TBF_BURST, burst);
  if (perSecond >= U32_MAX) options.bytes(TCA_TBF_RATE64, u64(perSecond));
}

/** struct tc_netem_qopt, then its attributes. */
function netem(options: Message, conditions: Extract<Qdisc, { kind: 'netem' }>['conditions']): void {
  const { delay = 0, jitter = 0, loss = 0, duplicate = 0, corrupt = 0, reorder = 0, rate = 0 } = conditions;
  const gap = reorder === 0 ? 0 : 1;
  options.raw(words(ticks(delay), NETEM_LIMIT, share(loss), gap, share(duplicate), ticks(jitter)));
  options.bytes(TCA_NETEM_REORDER, words(share(reorder), 0));
  options.bytes(TCA_NETEM_CORRUPT, words(share(corrupt), 0));
  const perSecond = bytesPerSecond(rate);
  if (perSecond >= U32_MAX) options.bytes(TCA_NETEM_RATE64, u64(perSecond));
  options.bytes(TCA_NETEM_RATE, words(Math.min(perSecond, U32_MAX), 0, 0, 0));
}

function bytesPerSecond(rate: number): number {
  return Math.floor(rate / 8);
}

function ticks(nanoseconds: number): number {
  return Math.min(Math.floor(nanoseconds / NANOSECONDS_PER_TICK), U32_MAX);
}

/** Percent as the kernel counts probabilities: all is 2^32 - 1. */
function share(percent: number): number {
  return Math.round((percent / 100) * U32_MAX);
}

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [at, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * at);
  return bytes;
}

function u64(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes;
}
