import { HOST, type Netns, PANEL } from '../boundary/kernel.ts';

/** The words before any other command. */
export function inside(netns: Netns): string {
  if (netns === PANEL) return '';
  return netns === HOST ? 'nsenter --net="$MACHINE" ' : `ip netns exec ${word(netns)} `;
}

/** One word of a shell. */
export function word(text: string): string {
  return /^[A-Za-z0-9_./:@%+=,-][A-Za-z0-9_./:@%+=,~-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
