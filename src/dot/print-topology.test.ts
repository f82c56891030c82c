import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Attributes, isGenerated, type Link, type Topology, type TopologyNode } from '../model/topology.ts';
import { describeDiagnostics } from './describe-diagnostics.ts';
import { quote, unquote } from './dot-string.ts';
import { printTopology } from './print-topology.ts';
import { readTopology } from './read-topology.ts';

const viz = await instance();

/** What DOT can write. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 4 }),
      fc.constantFrom('"', '\\\\', '\\N', '\n', '\r\n', '<', '>', '{', '|', '--', '#', '//', '+', ' ', '\t'),
    ),
  )
  .map((parts) => unquote(quote(parts.join('').replace(/[\0\ufffd\ufeff]|\p{Surrogate}/gu, ''))));
const fileName = fc
  .stringMatching(/^[A-Za-z0-9_+][A-Za-z0-9._+-]{0,20}$/)
  .filter((name) => !/\.(yaml|mactab|pid|log|qcow2|disk|mustache|dot|in)$/.test(name));
const portName = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_+@][A-Za-z0-9._+@-]{0,14}$/),
  fc.constantFrom('n', 'ne', '_', 'node', 'eth0', '1', '-1'.slice(1)),
);
const freeName = fc
  .oneof(fileName, text, fc.constantFrom('node', 'Graph', 'n', '1a', '', '<b>', '__proto__'))
  .filter((name) => !/^qn|^gn|^nq|^qm|^q_n|^(label|shape|key|headport|tailport)$/i.test(name));
const attributesArbitrary: fc.Arbitrary<Attributes> = fc
  .array(fc.tuple(fc.oneof(freeName, fc.constantFrom('feature.ipv6', 'qn_append', 'qn_kernelopts', 'color')), text), {
    maxLength: 4,
  })
  .map((entries) => Object.fromEntries(entries));
const edgeAttributes = attributesArbitrary.map((found) =>
  Object.fromEntries(Object.entries(found).filter(([name]) => !name.startsWith('qn_'))),
);

interface Plan {
  readonly name: string;
  readonly ports: readonly string[];
  readonly labelled: boolean;
  readonly role: number;
  readonly attributes: Attributes;
}

const plan: fc.Arbitrary<Plan> = fc.record({
  name: fc.oneof(fileName, fc.constant('host'), fc.constantFrom('node', '1', 'N')),
  ports: fc.uniqueArray(portName, { minLength: 1, maxLength: 5 }),
  labelled: fc.boolean(),
  role: fc.nat(3),
  attributes: attributesArbitrary,
});

function nodeOf({ name, ports, labelled, role, attributes }: Plan): TopologyNode {
  const own: Record<string, string> =
    role === 0 ? { qn_template: 'small' } : role === 1 ? { qn_template: 'namespace' } : role === 2 ? { qn_hub: 'true' } : {};
  const label = labelled ? { shape: 'record', label: `x | { ${ports.map((port) => `<${port}> ${port}`).join(' | ')} }` } : {};
  const kind = role === 2 ? 'hub' : name === 'host' ? 'host' : role === 0 ? 'vm' : role === 1 ? 'namespace' : 'drawing';
  const template = kind === 'vm' ? 'small' : kind === 'namespace' ? 'namespace' : undefined;
  return { name, kind, template, attributes: { ...attributes, ...own, ...label }, labelPorts: labelled ? ports : [] };
}

const topologyArbitrary: fc.Arbitrary<Topology> = fc
  .record({
    name: fileName,
    attributes: attributesArbitrary,
    plans: fc.uniqueArray(plan, { selector: ({ name }) => name, minLength: 1, maxLength: 6 }),
    wiring: fc.array(fc.tuple(fc.nat(), fc.nat(), edgeAttributes), { maxLength: 12 }),
  })
  .map(({ name, attributes, plans, wiring }) => {
    const nodes = plans.map(nodeOf);
    const free = plans.flatMap((of) => (nodeOf(of).kind === 'hub' ? [] : of.ports.map((port) => ({ node: of.name, port }))));
    const hostPorts = new Set<string>();
    const links: Link[] = [];
    for (const [left, right, own] of wiring) {
      if (free.length < 2) break;
      const [tail] = free.splice(left % free.length, 1);
      const [head] = free.splice(right % free.length, 1);
      if (!tail || !head) break;
      const tap = [tail, head].find((end) => end.node === 'host')?.port;
      if (tap !== undefined && hostPorts.has(tap)) continue;
      if (tap !== undefined) hostPorts.add(tap);
      links.push({ id: `${tail.node}:${tail.port}--${head.node}:${head.port}`, tail, head, attributes: own });
    }
    const hub = nodes.find((node) => node.kind === 'hub');
    const [last] = free;
    if (hub && last)
      links.push({
        id: `${hub.name}--${last.node}:${last.port}`,
        tail: { node: hub.name, port: undefined },
        head: last,
        attributes: {},
      });
    return { name, attributes, nodes, links };
  });

function withoutPlaces(topology: Topology): unknown {
  return JSON.parse(JSON.stringify(topology, (key, value: unknown) => (key === 'span' ? undefined : value)));
}

function reread(printed: string): Topology {
  const source = { path: 'printed.dot', text: printed };
  const { topology, diagnostics } = readTopology(source, { defaultName: 'other' });
  if (topology === undefined) throw new Error(`${describeDiagnostics(source, diagnostics)}\n${printed}`);
  return topology;
}

describe('printTopology', () => {
  it('is undone by reading', () => {
    fc.assert(
      fc.property(topologyArbitrary, (topology) => {
        const printed = printTopology(topology);
        const again = reread(printed);
        expect(withoutPlaces(again)).toEqual(withoutPlaces(topology));
        expect(printTopology(again)).toBe(printed);
      }),
      { seed: 1, numRuns: 400 },
    );
  });

  it('writes what plain Graphviz reads', () => {
    fc.assert(
      fc.property(topologyArbitrary, (topology) => {
        const { status, errors } = viz.render(printTopology(topology), { format: 'canon' });
        expect([status, errors.filter(({ level }) => level === 'error')]).toEqual(['success', []]);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('tells HTML texts from quoted ones that look like them', () => {
    const source =
      'graph { a [label="<eth0>", shape=record]; b [label=<<b>b</b>>]; tooltip=<<i>x</i>>; a:eth0 -- b:x [label=<y>] }';
    const topology = reread(source);
    const printed = printTopology(topology);
    expect(printed).toContain('label="<eth0>"');
    expect(printed).toContain('label=<<b>b</b>>');
    expect(withoutPlaces(reread(printed))).toEqual(withoutPlaces({ ...topology, name: topology.name }));
  });

  it('has one look', () => {
    const topology = reread(
      'graph lab { node [shape=record]; qn_template="small"; "a-1" [label="a | <eth0> eth0"]; "a-1":eth0 -- b:n:n [qn_mtu=9000]; c }',
    );
    expect(topology.nodes.filter(isGenerated)).toHaveLength(3);
    expect(printTopology(topology)).toBe(`graph "lab" {
    qn_template="small";

    "a-1" [shape="record", label="a | <eth0> eth0"];
    b [shape="record"];
    c [shape="record"];

    "a-1":eth0 -- b:n:_ [qn_mtu="9000"];
}
`);
    expect(printTopology({ name: 'empty', attributes: {}, nodes: [], links: [] })).toBe('graph "empty" {\n}\n');
  });
});
