import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import type { GraphEnd, Settings } from './graph.ts';
import { readTopology } from './read-topology.ts';
import { findSyntaxFaults } from './syntax-faults.ts';
import { parseTree } from './syntax-tree.ts';
import { findTokenFaults } from './token-faults.ts';

/** The judge: Graphviz itself. */
const viz = await instance();

interface Reading {
  readonly nodes: readonly (readonly [string, Readonly<Record<string, string>>])[];
  /** Sorted, because Graphviz lists them by node. */
  readonly edges: readonly string[];
}

interface DotJson {
  readonly objects?: readonly (Readonly<Record<string, string>> & {
    readonly _gvid: number;
    readonly nodes?: unknown;
    readonly subgraphs?: unknown;
  })[];
  readonly edges?: readonly (Readonly<Record<string, string>> & { readonly tail: number; readonly head: number })[];
  readonly _subgraph_cnt?: number;
}

function acceptedByGraphviz(text: string, judge: typeof viz = viz): boolean {
  return judge.render(text, { format: 'canon' }).status === 'success';
}

/** The attributes that the texts below use, in one order; empty ones count as unset. */
function compared(values: ReadonlyMap<string, string>): Record<string, string> {
  const found = ['x', 'y', 'z'].map((name) => [name, values.get(name) ?? ''] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== ''));
}

/** Graphviz shows HTML texts without their angle brackets. */
function bare(value: string): string {
  return /^<.*>$/s.test(value) ? value.slice(1, -1) : value;
}

function readByGraphviz(text: string): Reading {
  const { output = '{}' } = viz.render(text, { format: 'dot_json', engine: 'nop' });
  const json = JSON.parse(output) as DotJson;
  const objects = (json.objects ?? []).filter(({ _gvid }) => _gvid >= (json._subgraph_cnt ?? 0));
  const nameOf = new Map(objects.map(({ _gvid, name }) => [_gvid, name ?? '']));
  const of = (from: object): Record<string, string> => compared(new Map(Object.entries(from)));
  return {
    nodes: objects.map((object) => [object['name'] ?? '', of(object)]),
    edges: (json.edges ?? [])
      .map((edge) =>
        JSON.stringify([nameOf.get(edge.tail), edge['tailport'] || '', nameOf.get(edge.head), edge['headport'] || '', of(edge)]),
      )
      .sort(),
  };
}

function readByUs(text: string): Reading {
  const tokens = findTokenFaults(text);
  const tree = parseTree(text, tokens.htmlTexts);
  expect(findSyntaxFaults(text, tokens, tree)).toEqual([]);
  const { graph } = evaluate(text, tree);
  const of = (settings: Settings): Record<string, string> =>
    compared(new Map([...settings.values()].map(({ name, value }) => [name, bare(value)])));
  const port = (end: GraphEnd): string => bare(end.port ?? '');
  return {
    nodes: [...graph.nodes.values()].map(({ name, settings }) => [bare(name), of(settings)]),
    edges: graph.edges
      .map(({ tail, head, settings }) => {
        const [left, right] = [port(tail), port(head)];
        return JSON.stringify([bare(tail.node.name), left, bare(head.node.name), right, of(settings)]);
      })
      .sort(),
  };
}

const tricky = [
  'graph{}',
  ' GRAPH\n"x"+"y" { } // end',
  'strict graph <h> {a}',
  'graph 1.5 {}',
  'graph { a -- b -- c; }',
  'graph { a, b -- c, d }',
  'graph { {a b} -- {c d} -- e }',
  'graph { a -- subgraph s { b } -- subgraph { c } }',
  'graph { a:p:ne -- "b":"q r" }',
  'graph { a [x=1][y=2,z=3;] b [] }',
  'graph { a [x=1 y="2"z=3] }',
  'graph { node [x=1] edge [x=2] graph [x=3] x=4 }',
  'graph { NODE [x=1] Edge [x=2] SUBGRAPH s {a} }',
  'graph { a /* -- */ -- /* } */ b // }\n }',
  '# first line\ngraph {\n# a {\n a }\n# last',
  'graph { "a\\\nb" "c\nd" "e\\"f" "g\\\\" }',
  'graph { a [x=<<b>1</b>>, y=<>, z=<a<b>c>] }',
  'graph { <a <i>b</i>> -- <c> }',
  'graph { "a" + "b" /* c */ + "d" -- e [x="1" + "2"] }',
  'graph { 1 -- 2.5 -- .5 -- -3 -- -.5; 4. }',
  'graph { 1a 2.3.4 }',
  'graph { a-1 }',
  'graph { größe -- 日本 }',
  'graph { a\u00a0b }',
  'graph { a--b;c--d }',
  'graph { a--1--b }',
  'graph { subgraph { } {} {{}} subgraph s {} subgraph s { a } }',
  'graph { a { b } c }',
  'graph { a;b c\nd\te\rf\r\ng }',
  'graph { __proto__ -- constructor [x=toString] }',
  'graph { "node" -- "Graph" [x="edge"] }',
  'graph { node1 -- graphs -- subgraph_ }',
  'graph { a#x\n }',
  'graph { a -- b [x="->"] "->" "//" "/*" "#" "{" }',
  'graph { x=1 y=2; z="}" }',
  'graph { a [x=""] "" -- b }',
  'graph { a:1 -- b:2:3 }',
  'graph { a:<p> -- b }',
  'strict graph { a -- a; a:x -- b:y; b:z -- a }',
  'graph { a -- b [key=1, x=1]; b -- a [key=1, y=2]; a -- b }',
  `graph { ${'{'.repeat(100)} a ${'}'.repeat(100)} }`,
];

const word = fc.constantFrom(
  'a',
  'b',
  'c',
  'd',
  'e1',
  '"f g"',
  '1',
  '-2.5',
  '"no" + "de"',
  '<h>',
  '"q\\"r"',
  '"back\\\nslash"',
  'größe',
);
const value = fc.oneof(word, fc.constantFrom('""', '"\\\\N"', '"x" + "y"', '<<i>z</i>>', '"{|}"'));
const port = fc.constantFrom('', '', ':p', ':"eth 0"', ':p:ne', ':n', ':1:2');
const gap = fc.constantFrom(' ', '\n', '\t', ' /* -- } */ ', ' // ;\n', '\n# {\n', '\r\n');
const settings = fc
  .array(fc.tuple(fc.constantFrom('x', 'y', 'z', 'key', 'tailport', 'headport'), gap, value, fc.constantFrom(',', ';', ' ')), {
    maxLength: 3,
  })
  .map((list) => `[${list.map(([name, space, of, separator]) => `${name}${space}=${of}${separator}`).join('')}]`);
const optional = fc.oneof(
  fc.constant(''),
  settings,
  fc.tuple(settings, settings).map(([a, b]) => a + b),
);
const nodes = fc
  .array(
    fc.tuple(word, port).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 2 },
  )
  .map((list) => list.join(', '));

const { body } = fc.letrec<{ body: string; group: string; end: string; statement: string }>((tie) => ({
  body: fc
    .array(fc.tuple(tie('statement'), fc.constantFrom(';', '\n', ' ', ';\n')), { maxLength: 5 })
    .map((list) => `{ ${list.flat().join('')} }`),
  group: fc.tuple(fc.constantFrom('', 'subgraph ', 'subgraph s ', 'SubGraph t '), tie('body')).map((parts) => parts.join('')),
  end: fc.oneof({ depthSize: 'small' }, nodes, tie('group')),
  statement: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(nodes, optional).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('node', 'edge', 'graph', 'Node'), settings).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('x', 'y', 'label'), gap, value).map(([name, space, of]) => `${name}${space}=${of}`),
    fc
      .tuple(fc.array(tie('end'), { minLength: 2, maxLength: 3 }), gap, optional)
      .map(([list, space, more]) => list.join(`${space}--${space}`) + more),
    tie('group'),
  ),
}));
const dotText = fc
  .tuple(fc.constantFrom('graph', 'strict graph', 'Graph'), fc.constantFrom('', 'g', '"a b"'), gap, body)
  .map(([type, name, space, of]) => `${type} ${name}${space}${of}`);

describe('what Graphviz reads', () => {
  it.each(tricky)('is read the same: %j', (text) => {
    expect(acceptedByGraphviz(text)).toBe(true);
    expect(readByUs(text)).toEqual(readByGraphviz(text));
  });

  it('is read the same, whatever it is', () => {
    fc.assert(
      fc.property(dotText, (text) => {
        // In a strict graph cgraph looks for keys in one direction and one subgraph only, which nobody can rely on.
        fc.pre(acceptedByGraphviz(text) && !(text.startsWith('strict') && text.includes('key')));
        expect(readByUs(text)).toEqual(readByGraphviz(text));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });
});

const scraps = fc.array(
  fc.oneof(
    fc.constantFrom(
      'graph ',
      'strict ',
      'node ',
      'subgraph ',
      '{',
      '}',
      '[',
      ']',
      ';',
      ',',
      ':',
      '=',
      '+',
      '--',
      '->',
      '"',
      '\\',
      '<',
      '>',
      '#',
      '/*',
      '*/',
      '//',
    ),
    fc.constantFrom('\n', ' ', 'a', 'b', '1', 'qn_mem', 'label', 'shape=record', '"{<x>|"', '\0', '\ufffd', '\ud800', '\ufeff'),
  ),
  { maxLength: 40 },
);

describe('any text', () => {
  it.each([
    ['scraps of DOT', scraps.map((parts) => parts.join(''))],
    ['scraps of DOT in a graph', scraps.map((parts) => `graph {${parts.join('')}}`)],
    ['characters', fc.string({ unit: 'binary', maxLength: 200 })],
  ])('of %s is read or refused with a place', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const { topology, diagnostics } = readTopology({ path: 'x.dot', text }, { defaultName: 'lab', templates: [] });
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        expect(errors.length === 0).toBe(topology !== undefined);
        for (const { span } of diagnostics) {
          expect(span.from).toBeGreaterThanOrEqual(0);
          expect(span.to).toBeLessThanOrEqual(Math.max(text.length, 1));
        }
      }),
      { seed: 1, numRuns: 1500 },
    );
  });

  it('that Graphviz refuses is refused', async () => {
    const fresh = await instance();
    fc.assert(
      fc.property(scraps, (parts) => {
        const text = `graph {${parts.join('')}}`;
        fc.pre(!/[\0\ufffd\p{Surrogate}\ufeff]/u.test(text) && !acceptedByGraphviz(text, fresh));
        const { topology } = readTopology({ path: 'x.dot', text }, { defaultName: 'lab' });
        expect(topology).toBeUndefined();
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
