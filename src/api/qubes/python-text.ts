/** A text as Python writes it in messages: in quotes, with what cannot be seen escaped. */
export function quoted(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replaceAll(/[\\'"]|[^ -~]/gu, (character) => {
    if (character === '\\') return '\\\\';
    if (character === "'" || character === '"') return character === mark ? `\\${character}` : character;
    const named = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    const code = character.codePointAt(0) ?? 0;
    return named ?? (code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : character);
  });
  return `${mark}${body}${mark}`;
}
