import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotText, scraps, tricky } from '../../test/support/dot-texts.ts';
import { evaluate } from './evaluate.ts';
import { evaluatePlain } from './evaluate-plain.ts';
import { notTextFault } from './not-text.ts';
import { findHeaderFault, findSyntaxFaults } from './syntax-faults.ts';
import { parseTree } from './syntax-tree.ts';
import { findTokenFaults } from './token-faults.ts';

/** What a text that is taken means, as the parser reads it; taken or not, no text is read otherwise than by the parser. */
function expectAsParsed(text: string): void {
  const plain = evaluatePlain(text);
  if (plain === undefined || notTextFault(text) !== undefined) return;
  const tokens = findTokenFaults(text);
  const tree = parseTree(text, tokens.htmlTexts);
  expect([findHeaderFault(text), ...tokens.diagnostics, ...findSyntaxFaults(text, tokens, tree)]).toEqual([undefined]);
  expect(plain).toEqual(evaluate(text, tree));
}

const root = join(import.meta.dirname, '../..');
const files = globSync(['examples/**/*.dot*', 'test/golden/**/*.dot*', 'test/corpus/*/*'], { cwd: root });

const word = fc.constantFrom('a', 'b', 'c_1', '"d e"', '"f\\"g\\\\"', '"größe"', '""', '7', '-1.5', '"node"', '__proto__');
const gap = fc.constantFrom(' ', '\n', '\t', '\r\n', ' /* " [ */ ', ' // {\n', '\n# -- "\n');
const joined = (signs: readonly string[], part: fc.Arbitrary<string>, most: number) =>
  fc
    .array(fc.tuple(part, gap, fc.constantFrom(...signs), gap), { minLength: 1, maxLength: most })
    .map((list) => list.flat().slice(0, -2).join(''));
const setting = fc
  .tuple(fc.constantFrom('x', 'headport', 'key', '"y z"'), gap, word)
  .map(([name, space, of]) => `${name}${space}=${of}`);
const list = joined([',', ';', ''], setting, 3).map((settings) => `[${settings}]`);
const end = fc.tuple(word, fc.constantFrom('', ':p', ' : "eth 0"', ':p:ne', ':1')).map((parts) => parts.join(''));
const statement = fc.oneof(
  fc
    .tuple(joined(['--'], end, 3), gap, fc.constantFrom('', '[]'), fc.oneof(fc.constant(''), list))
    .map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('node', 'Edge', 'graph'), gap, list).map((parts) => parts.join('')),
  setting,
);
const plainText = fc
  .tuple(gap, fc.constantFrom('graph', 'Graph g', 'graph "a b"'), gap, joined([';', ''], statement, 6), gap)
  .map(
    ([before, head, space, body, after]) => `${before === '\n# -- "\n' ? '' : before}${head}${space}{${body}${after}}${after}`,
  );

describe('evaluatePlain', () => {
  it.each(files)('reads %s as the parser does, or not at all', (file) => {
    expectAsParsed(readFileSync(join(root, file), 'utf8'));
  });

  it.each(tricky)('reads %j as the parser does, or not at all', (text) => {
    expectAsParsed(text);
  });

  it.each([
    ['texts of the language', dotText],
    ['scraps', scraps.map((parts) => `graph {${parts.join('')}}`)],
    [
      'plain texts with a scrap in them',
      fc
        .tuple(plainText, scraps, fc.nat())
        .map(([text, parts, at]) => text.slice(0, at % text.length) + parts.slice(0, 2).join('') + text.slice(at % text.length)),
    ],
  ])('reads %s as the parser does, or not at all', (_, texts) => {
    fc.assert(fc.property(texts, expectAsParsed), { seed: 1, numRuns: 2000 });
  });

  it('takes plain texts', () => {
    fc.assert(
      fc.property(plainText, (text) => {
        expect(evaluatePlain(text)).toBeDefined();
        expectAsParsed(text);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it.each([
    'strict graph { a -- b }',
    'digraph { a -> b }',
    'graph { a -- { b c } }',
    'graph { subgraph s { a } }',
    'graph { a, b -- c }',
    'graph { a [x=<b>] }',
    'graph { a [x="b" + "c"] }',
    'graph { 1a }',
    'graph { a-1 }',
    'graph { größe }',
    'graph { a [x] }',
    'graph { a } }',
    'graph { a',
    'graph { a } graph { b }',
    'graph { a\u00a0b }',
    'graph { a$b }',
    'graph { node -- a }',
    '',
  ])('leaves %j to the parser', (text) => {
    expect(evaluatePlain(text)).toBeUndefined();
  });

  it('looks at each character a bounded number of times', () => {
    const lines = Array.from({ length: 50_000 }, (_, at) => `"n\\"${at}" -- "m${at}";`);
    expect(evaluatePlain(`graph { ${lines.join('\n')} }`)?.graph.edges).toHaveLength(50_000);
    expect(evaluatePlain(`graph { ${'"a" -- '.repeat(50_000)}`)).toBeUndefined();
  });
});
