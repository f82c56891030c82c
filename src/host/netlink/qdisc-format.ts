import type { Qdisc } from '../../boundary/kernel.ts';

/** linux/rtnetlink.h */
export const RTM_NEWQDISC = 36;
export const RTM_DELQDISC = 37;
export const RTM_GETQDISC = 38;
export const TCA_KIND = 1;
export const TCA_OPTIONS = 2;
/** linux/pkt_sched.h */
export const TC_H_ROOT = 0xffffffff;
export const TCA_TBF_PARMS = 1;
export const TCA_TBF_RATE64 = 4;
export const TCA_NETEM_REORDER = 3;
export const TCA_NETEM_CORRUPT = 4;
export const TCA_NETEM_RATE = 6;
export const TCA_NETEM_RATE64 = 8;
/** The largest number of 32 bits: as a probability it is certainty, as a bandwidth it says that another attribute has it. */
export const U32_MAX = 0xffffffff;
/** net/pkt_sched.h, PSCHED_SHIFT: the kernel counts time in ticks of 64 ns. */
export const NANOSECONDS_PER_TICK = 64;

export type UsedQdisc = Exclude<Qdisc, { kind: 'none' }>;

/**
 * The handle of each kind tells our qdiscs from others'. A kind has one of its own because the kernel puts another kind in a qdisc's place
 * only under another handle.
 */
export const HANDLES: Readonly<Record<UsedQdisc['kind'], number>> = { netem: 0x7ef10000, tbf: 0x7ef20000, blackhole: 0x7ef30000 };
