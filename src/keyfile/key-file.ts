import type { Diagnostic, Span } from '../model/diagnostic.ts';

/** One `key=value` line. `raw` is the value as it stands there, escapes and all; blanks around it are left out. */
export interface KeyFileEntry {
  readonly key: string;
  readonly raw: string;
  readonly keySpan: Span;
  readonly valueSpan: Span;
}

/** A key file in GLib's format: groups by name, in each the entries by key. */
export interface KeyFile {
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, KeyFileEntry>>;
  readonly diagnostics: readonly Diagnostic[];
}

interface Line {
  readonly text: string;
  readonly from: number;
}

/**
 * Reads a key file (GLib reference manual, "Key-value file parser"): `[group]`, `key=value`, lines that begin with `#` are comments, blanks
 * around keys and values do not count. A group may come again, and the last of equal keys counts. Lines that are neither are diagnostics,
 * and are passed over.
 */
export function parseKeyFile(untrustedText: string): KeyFile {
  const groups = new Map<string, Map<string, KeyFileEntry>>();
  const diagnostics: Diagnostic[] = [];
  let current: Map<string, KeyFileEntry> | undefined;
  for (const line of linesOf(untrustedText)) {
    if (line.text === '' || line.text.startsWith('#')) continue;
    const group = /^\[([^\][\p{Cc}]+)\]$/u.exec(line.text)?.[1];
    if (group !== undefined) {
      current = groups.get(group) ?? new Map<string, KeyFileEntry>();
      groups.set(group, current);
      continue;
    }
    const entry = entryOf(line);
    if (entry === undefined) diagnostics.push(neither(line));
    else if (current === undefined) diagnostics.push(groupless(entry));
    else current.set(entry.key, entry);
  }
  return { groups, diagnostics };
}

/** The lines of a text without the blanks around them. */
function* linesOf(text: string): Generator<Line> {
  const lines = /[^\r\n]+/g;
  for (const { 0: line, index } of text.matchAll(lines)) {
    const start = line.length - line.trimStart().length;
    yield { text: line.trim(), from: index + start };
  }
}

function entryOf({ text, from }: Line): KeyFileEntry | undefined {
  const at = text.indexOf('=');
  const key = text.slice(0, at).trimEnd();
  if (at < 0 || key === '' || key.startsWith('[')) return undefined;
  const raw = text.slice(at + 1).trimStart();
  const start = from + text.length - raw.length;
  return {
    key,
    raw,
    keySpan: { from, to: from + key.length },
    valueSpan: { from: start, to: start + raw.length },
  };
}

function neither({ text, from }: Line): Diagnostic {
  const comment = /^(;|\/\/)/.test(text);
  const group = text.startsWith('[');
  return {
    code: 'syntax',
    severity: 'error',
    message: group ? 'this is no [group]: it needs a name in brackets and nothing behind it' : 'this is no key=value line',
    hint: comment ? 'a comment begins with #' : group ? 'write it like [ipv4]' : 'write key=value, or # before a comment',
    span: { from, to: from + text.length },
  };
}

function groupless({ key, keySpan }: KeyFileEntry): Diagnostic {
  return {
    code: 'syntax',
    severity: 'error',
    message: `${key} stands before the first [group]`,
    hint: 'begin with [connection]',
    span: keySpan,
  };
}
