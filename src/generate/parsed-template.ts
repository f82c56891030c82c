import Mustache, { type TemplateSpans } from 'mustache';
import type { FoundTemplate, TemplateSource } from './template-source.ts';

/** What is wrong with a template, by its file and line (from 1). */
export interface TemplateMistake {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A template that renders: it and all its partials are there and well-formed. */
export type Renderer = (view: unknown) => string;

/**
 * Reads a template and every partial it leads to, once. Partials may name themselves (Mustache allows recursion). Rendering follows the Mustache
 * specification; `{{x}}` escapes `& < > " '` for HTML, as the Ruby implementation that qeneth runs does, `{{{x}}}` nothing.
 */
export function parseTemplate(name: string, found: FoundTemplate, source: TemplateSource): Renderer | readonly TemplateMistake[] {
  const writer = new Mustache.Writer();
  const partials = new Map<string, string>();
  const mistakes: TemplateMistake[] = [];
  const read = (template: string, text: string): void => {
    const file = `${found.directory}/${template}.mustache`;
    const spans = spansOf(text);
    if ('message' in spans) {
      mistakes.push({ file, ...spans });
      return;
    }
    for (const tag of partialTags(spans)) {
      if (partials.has(tag.name)) continue;
      const partial = source.partial(found.directory, tag.name);
      partials.set(tag.name, partial ?? '');
      if (partial !== undefined) read(tag.name, partial);
      else
        mistakes.push({ file, line: lineAt(text, tag.at), message: `the partial ${tag.name} is missing in ${found.directory}` });
    }
  };
  read(name, found.text);
  if (mistakes.length > 0) return mistakes;
  return (view) => writer.render(found.text, view, (partial) => partials.get(partial), { escape: escapeHtml });
}

function spansOf(text: string): TemplateSpans | Pick<TemplateMistake, 'line' | 'message'> {
  try {
    return Mustache.parse(text);
  } catch (error) {
    const [, what = String(error), at = '0'] = /^(.*) at (\d+)$/s.exec(error instanceof Error ? error.message : '') ?? [];
    return { line: lineAt(text, Number(at)), message: what.charAt(0).toLowerCase() + what.slice(1) };
  }
}

function* partialTags(spans: TemplateSpans): Generator<{ name: string; at: number }> {
  for (const span of spans) {
    if (span[0] === '>') yield { name: span[1], at: span[2] };
    else if (Array.isArray(span[4])) yield* partialTags(span[4]);
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(value: unknown): string {
  return String(value).replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
