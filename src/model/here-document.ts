/** The here-document of a shell that gives this text: what stands behind a command, and the lines below it. The text ends with a newline. */
export function hereDocument(text: string): string {
  const lines = text.replace(/\n$/, '').split('\n');
  let end = 'weft';
  while (lines.includes(end)) end += '-';
  return [`<<'${end}'`, ...(text === '' ? [] : lines), end].join('\n');
}
