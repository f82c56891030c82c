/** One word of a POSIX shell (POSIX.1-2024, 2.2): as it is where nothing in it is special, else in single quotes. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_@%+,./:=-]+$/.test(text)) return text;
  return `'${text.replaceAll('\0', '').replaceAll("'", "'\\''")}'`;
}

/** A value inside QEMU's comma-separated options: a comma is written twice (QEMU manual, "Standard options"). */
export function optionValue(text: string): string {
  return text.replaceAll(',', ',,');
}
