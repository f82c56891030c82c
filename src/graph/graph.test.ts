import { instance } from '@viz-js/viz';
import { describe, expect, it } from 'vitest';
import type { LabStatus, NodeState } from '../model/lab-status.ts';
import type { Link, NodeKind, Topology, TopologyNode } from '../model/topology.ts';
import { drawSvg, ENGINES } from './draw-svg.ts';
import { pictureOf } from './picture.ts';
import { printMermaid } from './print-mermaid.ts';
import { printPicture } from './print-picture.ts';

function node(name: string, kind: NodeKind = 'vm', labelPorts: readonly string[] = []): TopologyNode {
  return { name, kind, template: kind === 'vm' ? 'small' : undefined, attributes: {}, labelPorts };
}

function link(tail: readonly [string, string?], head: readonly [string, string?], attributes: Link['attributes'] = {}): Link {
  return {
    id: `${tail.join(':')}--${head.join(':')}`,
    tail: { node: tail[0], port: tail[1] },
    head: { node: head[0], port: head[1] },
    attributes,
  };
}

const topology: Topology = {
  name: 'lab "1"',
  attributes: {},
  nodes: [node('server', 'vm', ['spare']), node('client<1>'), node('lan', 'hub'), node('host', 'host')],
  links: [
    link(['server', 'eth0'], ['client<1>', 'eth0'], { qn_headmac: '08:00:20:c0:ff:ee', qn_tailip: '10.0.0.1/24' }),
    link(['server', 'eth1'], ['lan'], { qn_link: 'off' }),
    link(['host', 'tap"x'], ['client<1>', 'eth1']),
  ],
};

function status(state: NodeState): LabStatus {
  const port = {
    name: 'eth0',
    mac: '02:00:00:00:01:01',
    peer: 'client<1>:eth0',
    link: 'off',
    carrier: false,
    addresses: [],
  } as const;
  return {
    lab: 'lab',
    directory: '/lab',
    engine: 1,
    nodes: [{ name: 'server', kind: 'vm', template: 'small', state, pid: 4711, ports: [port] }],
  };
}

describe('pictureOf', () => {
  it('shows what the file says while nothing runs', () => {
    const picture = pictureOf(topology, undefined);
    expect(picture.nodes.map((one) => one.state)).toEqual([undefined, undefined, undefined, undefined]);
    expect(picture.links.map((one) => one.plugged)).toEqual([true, false, true]);
    expect(picture.nodes[0]?.ports.map((port) => port.tooltip)).toEqual(['eth0, 10.0.0.1/24', 'eth1', 'spare: no link']);
    expect(picture.nodes[1]?.ports[0]?.tooltip).toBe('eth0, 08:00:20:c0:ff:ee');
  });

  it('shows what is true while it runs', () => {
    const picture = pictureOf(topology, status('running'));
    expect(picture.nodes[0]?.tooltip).toBe('server: running, process 4711');
    expect(picture.nodes[0]?.ports[0]?.tooltip).toBe('eth0, 02:00:00:00:01:01, no carrier');
    expect(picture.links[0]?.plugged).toBe(false);
    expect(picture.links[0]?.tooltip).toBe('server:eth0 to client<1>:eth0, unplugged');
  });
});

describe('drawings', () => {
  it.each(['running', 'starting', 'paused', 'stopped', 'lost'] as const)('is DOT that Graphviz draws: %s', async (state) => {
    const viz = await instance();
    const result = viz.render(printPicture(pictureOf(topology, status(state))), { format: 'dot' });
    expect(result.errors).toEqual([]);
  });

  it.each(ENGINES)('draws with %s', async (engine) => {
    const svg = await drawSvg(pictureOf(topology, status('running')), engine);
    expect(svg).toContain('client&lt;1&gt;');
    expect(svg).toContain('<title>eth0, 02:00:00:00:01:01, no carrier</title>');
    expect(svg).not.toMatch(/<\/?a[ >]/);
  });

  it('draws an empty lab', async () => {
    await expect(
      drawSvg(pictureOf({ name: 'empty', attributes: {}, nodes: [], links: [] }, undefined), 'dot'),
    ).resolves.toContain('<svg');
  });

  it('is Mermaid', () => {
    expect(printMermaid(pictureOf(topology, undefined)).split('\n').slice(0, 8)).toEqual([
      'flowchart TD',
      '  n0("<b>server</b><br/>small")',
      '  n1("<b>client#lt;1#gt;</b><br/>small")',
      '  n2(["lan"])',
      '  n3("<b>host</b><br/>this machine")',
      '  n0 ---|"eth0 – eth0"| n1',
      '  n0 ---|"eth1"| n2',
      '  n3 ---|"tap#quot;x – eth1"| n1',
    ]);
  });
});
