const ESC = String.fromCharCode(0x1b);
const PAINT = new RegExp(`${ESC}\\[[0-9;]*m`, 'g');

/** Characters that a terminal shows: code points without colour sequences. East Asian wide characters count as one. */
export function visibleWidth(text: string): number {
  const plain = text.includes(ESC) ? text.replace(PAINT, '') : text;
  let width = 0;
  for (const _ of plain) width += 1;
  return width;
}

/** The first characters that fit, the last one an ellipsis where something was cut. Plain text only. */
export function cutToWidth(text: string, width: number): string {
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** What a node or a guest sent, safe to show: control characters that could drive the terminal become dots. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]/gu, '·');
}
