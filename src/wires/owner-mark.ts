/** Longest alias that the kernel keeps, in bytes (IFALIASZ - 1, linux/if.h). */
const longest = 255;

/**
 * The owner mark of an interface: `weft LAB NODE:PORT -- NODE:PORT`, the port that the interface belongs to first, then the other end.
 * Both ends are named, so that an interface left from a link that was changed is never taken for the new one.
 */
export function ownerMark(lab: string, own: string, other: string): string {
  const mark = `weft ${lab} ${own} -- ${other}`;
  return mark.length <= longest ? mark : mark.slice(0, longest);
}
