import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeDiagnostics } from '../../src/dot/describe-diagnostics.ts';
import { printTopology } from '../../src/dot/print-topology.ts';
import { readTopology } from '../../src/dot/read-topology.ts';
import { generate } from '../../src/generate/generate.ts';
import type { TemplateSource } from '../../src/generate/template-source.ts';

/** Each folder is a lab and what `generate` makes of it; UPDATE_GOLDEN=1 writes the expectations anew. */
const here = new URL('.', import.meta.url).pathname;
const bundled = new URL('../../templates/', import.meta.url).pathname;
const cases = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** The case's own templates, then the bundled ones. */
function templatesOf(name: string): TemplateSource {
  const directories = [join(here, name, 'templates'), bundled].filter((directory) => existsSync(directory));
  const read = (directory: string, template: string): string | undefined => {
    const file = join(directory, `${template}.mustache`);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  return {
    find: (template) =>
      directories.flatMap((directory) => {
        const text = read(directory, template);
        return text === undefined ? [] : [{ text, directory }];
      })[0],
    partial: read,
    names: () =>
      directories.flatMap((directory) => readdirSync(directory)).flatMap((file) => /^(.*)\.mustache$/.exec(file)?.slice(1, 2) ?? []),
  };
}

interface Artefact {
  readonly text: string;
  readonly executable: boolean;
}

function artefactsOf(name: string): ReadonlyMap<string, Artefact> {
  const source = { path: 'topology.dot.in', text: readFileSync(join(here, name, 'topology.dot.in'), 'utf8') };
  const templates = templatesOf(name);
  const read = readTopology(source, { defaultName: name, templates: templates.names() });
  const artefacts = new Map<string, Artefact>();
  const add = (file: string, text: string, executable = false): unknown => artefacts.set(file, { text, executable });
  const made = read.topology === undefined ? undefined : generate({ topology: read.topology, templates });
  add('diagnostics', describeDiagnostics(source, [...read.diagnostics, ...(made?.diagnostics ?? [])]));
  if (made === undefined) return artefacts;
  add('topology.dot', printTopology(made.completed));
  for (const file of made.files) add(file.name, file.text, file.mode === 0o755);
  return artefacts;
}

function expectedOf(name: string): ReadonlyMap<string, Artefact> {
  const directory = join(here, name, 'expected');
  const files = existsSync(directory) ? readdirSync(directory) : [];
  return new Map(
    files.map((file) => {
      const path = join(directory, file);
      return [file, { text: readFileSync(path, 'utf8'), executable: (statSync(path).mode & 0o111) !== 0 }];
    }),
  );
}

function update(name: string, artefacts: ReadonlyMap<string, Artefact>): void {
  const directory = join(here, name, 'expected');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  for (const [file, { text, executable }] of artefacts) writeFileSync(join(directory, file), text, { mode: executable ? 0o755 : 0o644 });
}

describe('golden labs', () => {
  it.each(cases)('%s', (name) => {
    const artefacts = artefactsOf(name);
    if (process.env['UPDATE_GOLDEN'] === '1') update(name, artefacts);
    const sorted = (of: ReadonlyMap<string, Artefact>): Record<string, Artefact> =>
      Object.fromEntries([...of].sort(([a], [b]) => (a < b ? -1 : 1)));
    expect(sorted(artefacts)).toEqual(sorted(expectedOf(name)));
  });

  it.each(cases)('%s: what generate wrote generates the same again', (name) => {
    const first = artefactsOf(name).get('topology.dot')?.text ?? '';
    const again = readTopology({ path: 'topology.dot', text: first }, { defaultName: name });
    if (again.topology === undefined) throw new Error(describeDiagnostics({ path: 'topology.dot', text: first }, again.diagnostics));
    expect(printTopology(generate({ topology: again.topology, templates: templatesOf(name) }).completed)).toBe(first);
  });
});
