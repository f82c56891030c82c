import { describe, expect, it } from 'vitest';
import type { Topology } from '../model/topology.ts';
import { describeDiagnostics } from './describe-diagnostics.ts';
import { type ReadOptions, readTopology } from './read-topology.ts';

function read(text: string, options: Partial<ReadOptions> = {}): Topology {
  const { topology, diagnostics } = readTopology({ path: 'x.dot', text }, { defaultName: 'folder', ...options });
  if (topology === undefined) throw new Error(describeDiagnostics({ path: 'x.dot', text }, diagnostics));
  return topology;
}

const ends = (topology: Topology): string[] => topology.links.map(({ id }) => id);
const attributes = (topology: Topology): Record<string, object> =>
  Object.fromEntries(topology.nodes.map((node) => [node.name, node.attributes]));
const roles = (topology: Topology): string[] =>
  topology.nodes.map(({ name, kind, template }) => `${name} ${kind} ${template ?? '-'}`);

describe('names and values', () => {
  it('reads the graph, its name and its attributes', () => {
    expect(read('graph "my-lab" { qn_mem="1G"; graph [qn_oui="02:00:00"] rankdir=LR }')).toMatchObject({
      name: 'my-lab',
      attributes: { qn_mem: '1G', qn_oui: '02:00:00', rankdir: 'LR' },
    });
  });
  it('takes the name it is given where the graph has none', () => {
    expect([read('graph {}').name, read('strict graph "" {}').name]).toEqual(['folder', 'folder']);
  });
  it('reads every way to write a name', () => {
    const text =
      '\ufeff// c\n# c\nGRAPH {\n a; "b c"; "d" + "e" /* c */ + "\\"f"; 1.5; -.5; größe; <<b>x</b>>; "g\\\nh"; "Node" }';
    expect(read(text).nodes.map(({ name }) => name)).toEqual([
      'a',
      'b c',
      'de"f',
      '1.5',
      '-.5',
      'größe',
      '<<b>x</b>>',
      'gh',
      'Node',
    ]);
  });
  it('keeps escapes of labels, and remembers which values are HTML', () => {
    expect(read('graph { a [label="\\N\\l\\"x\\"", tooltip=<<i>t</i>>] }').nodes[0]).toMatchObject({
      attributes: { label: '\\N\\l"x"', tooltip: '<<i>t</i>>' },
      html: ['tooltip'],
    });
  });
  it('survives attributes named like parts of objects', () => {
    expect(Object.entries(read('graph { a [__proto__=1, constructor=2, toString=3] }').nodes[0]?.attributes ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
      ['toString', '3'],
    ]);
  });
});

describe('defaults and subgraphs', () => {
  it('gives defaults to what comes after, inside the braces they stand in', () => {
    const text = `graph { a; node [c=1]; b; subgraph s { node [c=2, d=3]; e } f; b; subgraph s { g } { node [c=9]; a; h } }`;
    expect(attributes(read(text))).toEqual({
      a: {},
      b: { c: '1' },
      e: { c: '2', d: '3' },
      f: { c: '1' },
      g: { c: '2', d: '3' },
      h: { c: '9' },
    });
  });
  it('lets own attributes win, and keeps their order', () => {
    expect(Object.entries(read('graph { node [x=1, y=2]; a [z=3, x=4]; a [w=5, y=""] }').nodes[0]?.attributes ?? {})).toEqual([
      ['x', '4'],
      ['y', ''],
      ['z', '3'],
      ['w', '5'],
    ]);
  });
  it('does the same for edges', () => {
    const text = 'graph { edge [qn_mtu=1400]; a:x -- b:x; { edge [qn_mtu=9000]; a:y -- c:x [x=1] } a:z -- d:x [qn_mtu=1500] }';
    expect(read(text).links.map((link) => link.attributes)).toEqual([
      { qn_mtu: '1400' },
      { qn_mtu: '9000', x: '1' },
      { qn_mtu: '1500' },
    ]);
  });
  it('drops attributes of subgraphs, as Graphviz does', () => {
    expect(attributes(read('graph { subgraph s { label=hall; a } {b c} [color=red] }'))).toEqual({ a: {}, b: {}, c: {} });
  });
});

describe('edges', () => {
  it('unfolds chains, lists and groups', () => {
    expect(ends(read('graph { node [qn_hub="true"]; {p q} -- r; s, t -- {u v} }'))).toEqual([
      'p--r',
      'q--r',
      's--u',
      's--v',
      't--u',
      't--v',
    ]);
    expect(ends(read('graph { h [qn_hub="true"]; a:x -- h -- b:y; }'))).toEqual(['a:x--h', 'h--b:y']);
  });
  it('numbers links that would have the same id', () => {
    expect(ends(read('graph { g, h [qn_hub="true"]; g -- h; g -- h; g -- h }'))).toEqual(['g--h', 'g--h#2', 'g--h#3']);
  });
  it('tells ports from compass points', () => {
    const text =
      'graph { node [shape=record]; a [label="<n> n | <x> x"]; a:n -- b:eth0:ne; a:x:s -- c:"eth1:_"; d:n:n -- e:"y" }';
    expect(ends(read(text))).toEqual(['a:n--b:eth0', 'a:x--c:eth1', 'd:n--e:y']);
  });
  it('takes ports from headport and tailport, which win as in Graphviz', () => {
    const { links } = read('graph { a -- b:q [tailport="x:ne", headport=y, w=1] }');
    expect(links[0]).toMatchObject({ id: 'a:x--b:y', attributes: { w: '1' } });
    expect(Object.keys(links[0]?.attributes ?? {})).toEqual(['w']);
  });
  it('merges edges of strict graphs and of equal keys', () => {
    expect(read('strict graph { a:x -- b:x [p=1]; b -- a [q=2] }').links).toMatchObject([
      { id: 'a:x--b:x', attributes: { p: '1', q: '2' } },
    ]);
    expect(read('graph { a:x -- b:x [key=k]; a -- b [key=k, q=2]; a:y -- b:y }').links).toHaveLength(2);
  });
});

describe('label ports', () => {
  it('reads records, HTML tables and defaults', () => {
    const text = `graph { a [shape=record, label="a | { <x> x | <y> y }"]; b [shape=Mrecord, label="<z>"]; c [label="<no>"];
      d [label=<<table><tr><td port="p">1</td></tr></table>>]; node [shape=record, label="<q> q"]; e; f [shape=box] }`;
    expect(read(text).nodes.map((node) => node.labelPorts)).toEqual([['x', 'y'], ['z'], [], ['p'], ['q'], []]);
  });
});

describe('kinds and templates', () => {
  it('gives nodes that name no template the one called node, where there is one', () => {
    const text = 'graph { a; host; h [qn_hub="true"]; b [qn_template="small"] }';
    expect(roles(read(text, { templates: ['small', 'node'] }))).toEqual(['a vm node', 'host host -', 'h hub -', 'b vm small']);
    expect(roles(read(text, { templates: ['small'] }))[0]).toBe('a drawing -');
  });
  const text = `graph { qn_template="small"; a; b [qn_template="namespace"]; c [qn_kind="namespace"]; d [qn_kind="vm", qn_template="other"];
    host; h [qn_hub="true"]; i [qn_hub="false"]; u [qn_kind="internet", qn_template="x"]; dom0 [qn_kind="host"]; e [qn_template=""] }`;
  it('follow the rules', () => {
    const expected = [
      'a vm small',
      'b namespace namespace',
      'c namespace namespace',
      'd vm other',
      'host host -',
      'h hub -',
      'i vm small',
    ];
    expect(roles(read(text))).toEqual([...expected, 'u internet internet', 'dom0 host -', 'e vm small']);
    expect(roles(read('graph { a; host; b [qn_template=t] }'))).toEqual(['a drawing -', 'host host -', 'b vm t']);
    expect(roles(read('graph { qn_kind="namespace"; a; b [qn_template="frr"]; host }'))).toEqual([
      'a namespace namespace',
      'b namespace frr',
      'host host -',
    ]);
  });
  it('change with the override, and the attributes with them', () => {
    const topology = read(text, { templateOverride: 'namespace' });
    const of = (name: string): object => topology.nodes.find((node) => node.name === name) ?? {};
    expect(topology.attributes).toEqual({ qn_template: 'namespace' });
    expect(of('a')).toMatchObject({ kind: 'namespace', template: 'namespace', attributes: {} });
    expect(of('d')).toMatchObject({ kind: 'namespace', attributes: { qn_kind: 'namespace', qn_template: 'namespace' } });
    expect(of('host')).toMatchObject({ kind: 'host', template: undefined });
    const small = read('graph { a [qn_kind="namespace"]; b [qn_template="namespace"]; c; u [qn_kind="internet"] }', {
      templateOverride: 'small',
    });
    expect(roles(small)).toEqual(['a vm small', 'b vm small', 'c drawing -', 'u internet internet']);
    expect(attributes(small)).toMatchObject({ a: { qn_kind: 'vm', qn_template: 'small' }, b: { qn_template: 'small' }, c: {} });
  });
});

describe('places', () => {
  it('of nodes, ends and links are those of the text', () => {
    const text = 'graph { "a":eth0:n -- b:"eth1" [x=1]; a }';
    const { nodes, links } = read(text);
    const cut = (span?: { from: number; to: number }): string => text.slice(span?.from, span?.to);
    expect(nodes.map(({ span }) => cut(span))).toEqual(['"a"', 'b']);
    expect(links.map(({ span, tail, head }) => [cut(span), cut(tail.span), cut(head.span)])).toEqual([
      ['"a":eth0:n -- b:"eth1"', '"a":eth0:n', 'b:"eth1"'],
    ]);
  });
});
