import { describe, expect, it } from 'vitest';
import { withSharedParts } from './shared-parts.ts';
import type { Topology } from './topology.ts';

const span = { from: 1, to: 2 };

/** A fresh value each time; `mtu` is what tells two links apart. */
const read = (mtu = '1500', last: Partial<Topology['nodes'][number]> = {}): Topology => ({
  name: 'lab',
  attributes: { qn_template: 'namespace' },
  nodes: [
    { name: 'a', kind: 'namespace', template: 'namespace', attributes: { label: 'a' }, labelPorts: ['eth0'], span },
    {
      name: 'b',
      kind: 'namespace',
      template: 'namespace',
      attributes: { x: '1', y: '2' },
      labelPorts: [],
      html: ['x'],
      span,
      ...last,
    },
  ],
  links: ['eth0', 'eth1'].map((port) => ({
    id: `a:${port}--b:${port}`,
    tail: { node: 'a', port, span },
    head: { node: 'b', port, span },
    attributes: port === 'eth1' ? { qn_mtu: mtu } : {},
    span,
  })),
});

describe('withSharedParts', () => {
  it('leaves out where the parts stand in a file, and nothing else', () => {
    const without = JSON.parse(JSON.stringify(read(), (key, value: unknown) => (key === 'span' ? undefined : value))) as Topology;
    expect(withSharedParts(read(), undefined)).toEqual(without);
  });

  it('keeps the very parts that have not changed', () => {
    const before = withSharedParts(read(), undefined);
    const next = withSharedParts(read('9000'), before);
    expect(next).toEqual(withSharedParts(read('9000'), undefined));
    expect(next.attributes).toBe(before.attributes);
    expect(next.nodes.map((node, at) => node === before.nodes[at])).toEqual([true, true]);
    expect(next.links.map((link, at) => link === before.links[at])).toEqual([true, false]);
  });

  it.each<[string, Partial<Topology['nodes'][number]>]>([
    ['kind', { kind: 'vm' }],
    ['template', { template: 'small' }],
    ['an attribute', { attributes: { x: '1', y: '3' } }],
    ['the order of attributes', { attributes: { y: '2', x: '1' } }],
    ['an attribute less', { attributes: { x: '1' } }],
    ['ports', { labelPorts: ['eth0'] }],
    ['what is HTML', { html: [] }],
  ])('tells nodes apart by %s', (_, change) => {
    const before = withSharedParts(read(), undefined);
    const next = withSharedParts(read('1500', change), before);
    expect(next.nodes[0]).toBe(before.nodes[0]);
    expect(next.nodes[1]).toEqual(withSharedParts(read('1500', change), undefined).nodes[1]);
    expect(next.nodes[1]).not.toBe(before.nodes[1]);
  });
});
