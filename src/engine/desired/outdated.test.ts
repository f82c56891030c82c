import { describe, expect, it } from 'vitest';
import { beginning, edited } from '../../../test/support/random-changes.ts';
import type { ScriptSource } from '../../boundary/script-source.ts';
import type { TopologyNode } from '../../model/topology.ts';
import type { Definition } from './desired-state.ts';
import { outdatedNodes } from './outdated.ts';

/** Templates that look at the memory and at nothing else. */
const scripts: ScriptSource = {
  render: ({ topology }, nodes) =>
    Promise.resolve(
      topology.nodes
        .filter(({ name }) => nodes.has(name))
        .map(({ name, template, attributes }) => ({
          name,
          content: `${template} ${attributes['qn_mem'] ?? topology.attributes['qn_mem'] ?? ''} links ${topology.links.length}`,
          mode: 0o755,
        })),
    ),
  templates: () => Promise.reject(new Error('nobody asks for them')),
  print: () => Promise.reject(new Error('nobody asks for it')),
};
const b = beginning.nodes.find(({ name }) => name === 'b') as TopologyNode;
const outdated = async (was: Partial<Definition>, attributes: Readonly<Record<string, string>> = {}) => {
  const topology = edited(beginning, [{ change: 'node', node: 'b', attributes }]);
  const launched = { b: { node: b, graph: beginning.attributes, ...was } };
  const spec = { name: 'lab', directory: '/lab', files: '/lab', topology };
  return Object.fromEntries(await outdatedNodes(spec, launched, scripts));
};

describe('outdatedNodes', () => {
  it('says what is other about a node whose script would be another', async () => {
    expect(await outdated({}, { qn_mem: '64M' })).toEqual({ b: 'qn_mem is unset and should be 64M' });
    expect(await outdated({ graph: { ...beginning.attributes, qn_mem: '32M' } })).toEqual({
      b: 'qn_mem is 32M and should be unset',
    });
    expect(await outdated({ node: { ...b, template: 'other' } })).toEqual({ b: 'template is other and should be small' });
  });

  it('says nothing of what no template looks at, of links, and of nodes that are as they were', async () => {
    expect(await outdated({})).toEqual({});
    expect(await outdated({}, { color: 'blue', 'feature.ipv6': '1' })).toEqual({});
  });

  it('says when a namespace has other interfaces of the machine, which no script tells of', async () => {
    const before: TopologyNode = { ...b, kind: 'namespace' };
    const topology = (nic: string) => ({
      ...beginning,
      nodes: [{ ...before, attributes: { ...b.attributes, qn_nic: nic } }],
      links: [],
    });
    const launched = { b: { node: topology('wan').nodes[0] as TopologyNode, graph: beginning.attributes } };
    const told = async (nic: string) =>
      await outdatedNodes({ name: 'lab', directory: '/lab', files: '/lab', topology: topology(nic) }, launched, scripts);
    expect(await told('wan')).toEqual(new Map());
    expect(await told('dsl')).toEqual(new Map([['b', 'qn_nic is wan and should be dsl']]));
  });

  it('says when a node has become something else', async () => {
    expect(await outdated({ node: { ...b, kind: 'namespace' } })).toEqual({ b: 'it runs as a namespace and should be a vm' });
  });

  it('passes over nodes that are gone', async () => {
    const spec = {
      name: 'lab',
      directory: '/lab',
      files: '/lab',
      topology: edited(beginning, [{ change: 'remove', node: 'b' }]),
    };
    expect(await outdatedNodes(spec, { b: { node: b, graph: { qn_mem: '1G' } } }, scripts)).toEqual(new Map());
  });
});
