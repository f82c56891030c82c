import type { Span } from '../model/diagnostic.ts';
import type { KeyFileEntry } from './key-file.ts';

/** A text read from a value, and where it stands. */
export interface ValueText {
  readonly text: string;
  readonly span: Span;
}

/** GLib reference manual, "Key-value file parser": `\;` is understood in lists only, and harmless elsewhere. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['s', ' '],
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\\', '\\'],
  [';', ';'],
]);

/** A value with its escapes undone. One that GLib does not know is kept as it stands. */
export function textOf({ raw, valueSpan }: KeyFileEntry): ValueText {
  return { text: unescaped(raw), span: valueSpan };
}

/** The items of a list: separated by `;`, the last one may or may not end in one. Blanks around an item do not count; empty items are left out. */
export function listOf({ raw, valueSpan }: KeyFileEntry): readonly ValueText[] {
  const items: ValueText[] = [];
  for (const { 0: item, index } of raw.matchAll(/(?:\\.|[^\\;]|\\$)+/gs)) {
    const trimmed = item.trim();
    if (trimmed === '') continue;
    const from = valueSpan.from + index + item.length - item.trimStart().length;
    items.push({ text: unescaped(trimmed), span: { from, to: from + trimmed.length } });
  }
  return items;
}

/** The parts of a text between commas, each with its place; empty parts are kept. */
export function partsOf({ text, span }: ValueText): readonly ValueText[] {
  let at = span.from;
  return text.split(',').map((part) => {
    const from = at + part.length - part.trimStart().length;
    at += part.length + 1;
    const trimmed = part.trim();
    return { text: trimmed, span: { from, to: from + trimmed.length } };
  });
}

function unescaped(raw: string): string {
  return raw.replace(/\\(.)/gs, (whole, sign: string) => ESCAPES.get(sign) ?? whole);
}
