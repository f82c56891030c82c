/** Milliseconds since some moment that is the same for every process of the machine (CLOCK_MONOTONIC). */
export function machineTime(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
