const ESC = String.fromCharCode(0x1b);
const BEL = String.fromCharCode(0x07);

/** Escape sequences of terminals: CSI, OSC and the short ones (ECMA-48 sections 5.3, 5.4 and 8.3.89). */
const ESCAPES = new RegExp(
  [`${ESC}\\[[0-?]*[ -/]*[@-~]`, `${ESC}\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)`, `${ESC}[ -/]*[0-Z\\\\^-~]`].join('|'),
  'g',
);

/** What a person would read on a terminal, line by line: escape sequences and control characters gone, every kind of line end one line end. */
export function linesOfTerminal(text: string): readonly string[] {
  const plain = text.replace(ESCAPES, '').replace(/\r+\n|\n\r|\r/g, '\n');
  return plain.split('\n').map((line) => line.replace(/[^\P{Cc}\t]/gu, ''));
}

/** The last `count` lines that are not blank. */
export function lastLines(text: string, count: number): readonly string[] {
  return linesOfTerminal(text)
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
