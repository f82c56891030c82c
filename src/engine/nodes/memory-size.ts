/** Bytes that a QEMU size means: a number with a suffix K, M, G or T, megabytes without (QEMU manual, -m). undefined when it is no size. */
export function bytesOf(size: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)B?$/i.exec(size.trim());
  if (match === null) return undefined;
  const exponent = { K: 1, M: 2, G: 3, T: 4 }[(match[2] || 'M').toUpperCase()] ?? 2;
  return Math.round(Number(match[1]) * 1024 ** exponent);
}

/** Bytes that the kernel says can be used without swapping, from the text of /proc/meminfo (proc(5), MemAvailable). */
export function availableIn(meminfo: string): number | undefined {
  const match = /^MemAvailable:\s+(\d+) kB$/m.exec(meminfo);
  return match === null ? undefined : Number(match[1]) * 1024;
}
