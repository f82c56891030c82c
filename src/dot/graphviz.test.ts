import { instance } from '@viz-js/viz';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotText, scraps, tricky } from '../../test/support/dot-texts.ts';
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
