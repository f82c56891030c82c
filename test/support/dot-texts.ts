import fc from 'fast-check';

/** Texts that Graphviz takes, each with something that is easily misread. */
export const tricky: readonly string[] = [
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
  'graph { a:/* c */p -- b:p:// c\nne }',
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
/** Random texts of the language, most of them without a mistake. */
export const dotText: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('graph', 'strict graph', 'Graph'), fc.constantFrom('', 'g', '"a b"'), gap, body)
  .map(([type, name, space, of]) => `${type} ${name}${space}${of}`);

/** Tokens in no order, few of which make a sense. */
export const scraps: fc.Arbitrary<string[]> = fc.array(
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
