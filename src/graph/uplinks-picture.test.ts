import { instance } from '@viz-js/viz';
import { describe, expect, it } from 'vitest';
import type { LabStatus, NodeState } from '../model/lab-status.ts';
import type { Attributes, Link, Topology } from '../model/topology.ts';
import { drawSvg } from './draw-svg.ts';
import { type DrawnUplink, pictureOf } from './picture.ts';
import { printMermaid } from './print-mermaid.ts';
import { printPicture } from './print-picture.ts';
import { uplinksPictureOf } from './uplinks-picture.ts';

const NOW = 1_700_000_000;
const provider = { qn_provides_network: 'true' };

function topology(nodes: Readonly<Record<string, Attributes>>, links: readonly Link[] = []): Topology {
  const all = Object.entries(nodes).map(([name, attributes]) => ({
    ...{ name, kind: 'namespace' as const, template: 'namespace' },
    ...{ attributes, labelPorts: [] },
  }));
  return { name: 'lab', attributes: {}, nodes: all, links };
}

const lab = topology({
  'sys-net': provider,
  'sys-firewall': { ...provider, qn_netvm: 'sys-net' },
  work: {
    qn_netvm: 'sys-firewall',
    qn_forward: 'tcp 8080:80\nudp 53 from sys-firewall\ntcp 22 from nowhere',
    qn_firewall: `action=accept\naction=drop\naction=drop expire=${NOW}`,
  },
  world: {},
});

function carrier(from: string, to: string): Link {
  return {
    id: `${from}:vif2.0--${to}:eth0`,
    tail: { node: from, port: 'vif2.0' },
    head: { node: to, port: 'eth0' },
    attributes: {},
  };
}

const uplinks: readonly DrawnUplink[] = [
  {
    client: 'sys-firewall',
    provider: 'sys-net',
    addresses: ['10.137.0.2', 'fd09::2'],
    link: carrier('sys-net', 'sys-firewall'),
  },
  { client: 'work', provider: 'sys-firewall', addresses: ['10.137.0.3'], link: undefined },
];
const facts = { uplinks, gateways: new Map([['sys-net', ['10.137.0.1']]]), now: NOW };

function status(states: Readonly<Record<string, NodeState>>): LabStatus {
  const nodes = Object.entries(states).map(([name, state]) => ({
    ...{ name, kind: 'namespace', template: 'namespace' },
    ...{ state, ports: [] },
  }));
  return { lab: 'lab', directory: '/lab', engine: 1, nodes };
}

const live = status({ 'sys-net': 'running', 'sys-firewall': 'running', work: 'paused', world: 'running' });

describe('a picture of uplinks', () => {
  it('tells of every hop what it is', () => {
    const { nodes } = uplinksPictureOf(lab, live, facts);
    expect(nodes.map(({ caption, details, name, state }) => [name, state, caption, ...details])).toEqual([
      ['sys-net', 'running', 'namespace, running', '10.137.0.1', 'tcp 8080 to work:80'],
      ['sys-firewall', 'running', 'namespace, running', 'firewall: default', 'udp 53 to work:53'],
      [
        ...['work', 'paused', 'namespace', 'firewall: 2 rules', 'tcp 8080:80 from sys-net', 'udp 53 from sys-firewall'],
        'tcp 22 from nowhere waits',
      ],
    ]);
  });

  it('tells of every uplink its interfaces, addresses and whether it is there', () => {
    const { links } = uplinksPictureOf(lab, live, facts);
    expect(
      links.map(({ head, headPort, label, tail, tailPort, uplink }) => [tail, tailPort, head, headPort, uplink, ...label]),
    ).toEqual([
      ['sys-net', 'vif2.0', 'sys-firewall', 'eth0', 'attached', '10.137.0.2', 'fd09::2'],
      ['sys-firewall', undefined, 'work', undefined, 'waiting', '10.137.0.3', 'no IPv6', 'waits'],
    ]);
  });

  it('shows what will be while nothing runs', () => {
    const idle = { ...facts, uplinks: uplinks.map((uplink) => ({ ...uplink, link: undefined })) };
    const { links, nodes } = uplinksPictureOf(lab, undefined, idle);
    expect(links.map(({ uplink }) => uplink)).toEqual(['attached', 'attached']);
    expect(nodes.map(({ caption }) => caption)).toEqual(['namespace', 'namespace', 'namespace']);
  });

  it('is DOT that Graphviz draws, providers above their clients', async () => {
    const picture = uplinksPictureOf(lab, live, facts);
    const drawn = (await instance()).render(printPicture(picture), { format: 'json' });
    expect(drawn.errors).toEqual([]);
    const { objects } = JSON.parse(drawn.output ?? '') as { objects: { name: string; pos: string }[] };
    const height = (name: string) => Number(objects.find((node) => node.name === name)?.pos.split(',')[1]);
    expect(height('sys-net')).toBeGreaterThan(height('sys-firewall'));
    expect(height('sys-firewall')).toBeGreaterThan(height('work'));
    expect(await drawSvg(picture, 'dot')).toContain('fd09::2');
  });

  it('is Mermaid', () => {
    const lines = printMermaid(uplinksPictureOf(lab, live, facts)).split('\n');
    expect(lines).toContain('  n0 ---|"vif2.0 – eth0<br/>10.137.0.2<br/>fd09::2"| n1');
    expect(lines).toContain('  linkStyle 0 stroke:#0284c7');
    expect(lines).toContain('  linkStyle 1 stroke:#94a3b8,stroke-dasharray:4');
  });
});

describe('the picture of a lab with uplinks', () => {
  it('has them as edges beside its links, with ports where they are attached', () => {
    const link: Link = {
      ...{ id: 'world:eth0--sys-net:eth0', tail: { node: 'world', port: 'eth0' } },
      ...{ head: { node: 'sys-net', port: 'eth0' }, attributes: {} },
    };
    const { links, nodes } = pictureOf({ ...lab, links: [link] }, live, uplinks);
    expect(links.map(({ head, tail, uplink }) => [tail, head, uplink])).toEqual([
      ['world', 'sys-net', undefined],
      ['sys-net', 'sys-firewall', 'attached'],
      ['sys-firewall', 'work', 'waiting'],
    ]);
    expect(nodes[0]?.ports.map(({ name }) => name)).toEqual(['eth0', 'vif2.0']);
    expect(links[2]?.tooltip).toBe('sys-firewall is the netvm of work, and not attached now');
  });
});
