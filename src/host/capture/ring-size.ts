import type { RingSize } from '../netlink/packet-ring.ts';

/** Holds the longest frame that segmentation offload makes, 64 KiB and its headers. */
const comfortable = 128 * 1024;
/** Holds a jumbo frame. */
const least = 16 * 1024;
/** One block fills while another is read. */
const fewest = 2;
const most = 64 * 1024 * 1024;

/** Shares memory out among rings; a ring has at least 32 KiB, whatever that comes to. */
export function ringSize(room: number, rings: number): RingSize {
  const share = Math.min(most, Math.floor(room / Math.max(1, rings)));
  let block = comfortable;
  while (block > least && share < fewest * block) block /= 2;
  return { block, blocks: Math.max(fewest, Math.floor(share / block)) };
}
