import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeDiagnostics } from './describe-diagnostics.ts';
import { type ReadOutcome, readTopology } from './read-topology.ts';

/** Broken files, in folders named after the diagnostic that each must give. */
const CORPUS = join(import.meta.dirname, '../../test/corpus');
const DEADLINE = 10_000;

const folders = readdirSync(CORPUS);
const files = folders.flatMap((code) => readdirSync(join(CORPUS, code)).map((file) => [code, `${code}/${file}`] as const));

function read(path: string, text: string): ReadOutcome {
  return readTopology({ path, text }, { defaultName: 'lab', templates: ['small', 'namespace'] });
}

function expectErrorInside(text: string, outcome: ReadOutcome): void {
  expect(outcome.topology).toBeUndefined();
  const end = Math.max(text.length, 1);
  const outside = outcome.diagnostics.filter(
    ({ span }) => !(span.from >= 0 && span.from < end && span.to >= span.from && span.to <= end),
  );
  expect(outside).toEqual([]);
  expect(outcome.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
}

describe('the corpus of broken files', () => {
  it('has more than 200', () => {
    expect(files.length).toBeGreaterThan(200);
  });

  it.each(files)('%s: %s', { timeout: DEADLINE }, (code, file) => {
    const text = readFileSync(join(CORPUS, file), 'utf8');
    const outcome = read(file, text);
    expectErrorInside(text, outcome);
    expect(outcome.diagnostics.filter(({ severity }) => severity === 'error').map((diagnostic) => diagnostic.code)).toContain(
      code,
    );
    expect(describeDiagnostics({ path: file, text }, outcome.diagnostics)).toMatch(/^\S+:\d+:\d+: (error|warning): /);
  });
});

const MANY = 50_000;
const huge: readonly (readonly [string, string])[] = [
  ['opening braces', `graph {${'{'.repeat(MANY)}`],
  ['nested braces', `graph {${'{'.repeat(MANY)}${'}'.repeat(MANY)}}`],
  ['nested subgraphs of one name', `graph {${'subgraph s {'.repeat(MANY)}`],
  ['opening brackets', `graph {a${'['.repeat(MANY)}`],
  ['angle brackets', `graph {${'<'.repeat(MANY)}`],
  ['quotes', `graph {${'" '.repeat(MANY + 1)}`],
  ['semicolons', `graph {${';'.repeat(MANY)}}`],
  ['equal signs', `graph {${'='.repeat(MANY)}}`],
  ['colons', `graph {a${':'.repeat(MANY)}}`],
  ['dashes', `graph {${'-'.repeat(MANY)}}`],
  ['comments', `graph {${'/* x */'.repeat(MANY)}`],
  ['words', 'lorem ipsum '.repeat(MANY)],
  ['tags', '<a>'.repeat(MANY)],
  ['closing braces', `graph {}${'}'.repeat(MANY)}`],
  ['backslashes', `graph {"${'\\'.repeat(MANY)}`],
  ['one long name', `graph ${'x'.repeat(MANY)} {}`],
  ['a node of a long name', `graph {qn_template=small ${'x'.repeat(MANY)}}`],
  ['an unknown attribute of a long name', `graph {qn_${'x'.repeat(MANY)}=1}`],
  ['a label that nests', `graph {a [shape=record, label="${'{'.repeat(MANY)}"]}`],
  ['an HTML label of tags', `graph {a [label=<${'<td <!-- '.repeat(MANY)}`],
  ['mistakes in every line', `graph {\n${'a => b\n'.repeat(MANY / 10)}}`],
  ['edges without ports', `graph {${'a--b;'.repeat(MANY)}}`],
  ['a chain without ports', `graph {a${'--b'.repeat(MANY)}}`],
  ['one port used by all', `graph {${'a:x--b:y;'.repeat(MANY)}}`],
  ['byte order marks', `graph {${'\ufeff'.repeat(MANY)}=}${'\ufeff'.repeat(MANY)}`],
  ['zero bytes', '\0'.repeat(MANY)],
  ['a file of more than the limit', `graph {${' '.repeat(33 * 1024 * 1024)}}`],
];

describe('huge broken texts', () => {
  it.each(huge)('%s', { timeout: 6 * DEADLINE }, (_, text) => {
    const outcome = read('huge.dot', text);
    expectErrorInside(text, outcome);
    expect(describeDiagnostics({ path: 'huge.dot', text }, outcome.diagnostics.slice(0, 50)).length).toBeLessThan(50_000);
  });
});
