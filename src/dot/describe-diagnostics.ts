import type { Diagnostic, Source } from '../model/diagnostic.ts';
import { indexLines } from '../model/position.ts';
import { displayWidth } from './display-width.ts';

/** Cells of a terminal that a source line may take; longer ones are cut around the mistake. */
const WIDEST = 120;
const BEFORE = 60;

/**
 * The diagnostics as text for people, in the order of the source: `FILE:LINE:COLUMN: error: MESSAGE`, the line, a caret under the mistake,
 * and a hint. Control characters are shown as pictures, so the text is safe for a terminal. Empty for no diagnostics.
 */
export function describeDiagnostics(source: Source, diagnostics: readonly Diagnostic[]): string {
  const positions = indexLines(source.text);
  const sorted = [...diagnostics].sort((a, b) => a.span.from - b.span.from);
  return sorted.map((diagnostic) => describe(source, diagnostic, positions(diagnostic.span.from))).join('');
}

function describe(source: Source, { severity, message, hint, span }: Diagnostic, at: { line: number; column: number }): string {
  const start = span.from - at.column + 1;
  const length = /[^\r\n]*/y;
  length.lastIndex = start;
  const line = length.exec(source.text)?.[0] ?? '';
  const column = Math.min(at.column - 1, line.length);
  const end = Math.max(Math.min(span.to - start, line.length), column);
  const lines = [
    `${visible(source.path)}:${at.line}:${at.column}: ${severity}: ${visible(message)}`,
    ...(source.text === '' ? [] : excerpt(line, column, end)),
  ];
  if (hint !== undefined) lines.push(`  help: ${visible(hint)}`);
  return `${lines.join('\n')}\n`;
}

/** The line and the caret line; tabs stay tabs in both, wide characters take two cells. */
function excerpt(line: string, from: number, to: number): string[] {
  const cutStart = from > WIDEST - BEFORE && line.length > WIDEST ? from - BEFORE : 0;
  const before = line.slice(cutStart, from);
  const marked = line.slice(from, Math.min(to, cutStart + WIDEST));
  const rest = line.slice(from + marked.length, cutStart + WIDEST);
  const [open, close] = [cutStart > 0 ? '...' : '', cutStart + WIDEST < line.length ? '...' : ''];
  const pad = (open + before).replace(/[^\t]+/g, (text) => ' '.repeat(displayWidth(visible(text))));
  const shown = visible(before + marked + rest);
  return [`    ${open}${shown}${close}`, `    ${pad}${'^'.repeat(Math.max(displayWidth(visible(marked)), 1))}`];
}

/** Control characters, bidirectional ones included, as one visible character each; tabs stay. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    if (sign === '\t') return sign;
    return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}
