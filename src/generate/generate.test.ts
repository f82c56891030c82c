import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Attributes, Link, Topology, TopologyNode } from '../model/topology.ts';
import { generate } from './generate.ts';
import type { TemplateSource } from './template-source.ts';

/** Templates by name; `inc/...` are partials. */
function source(texts: Readonly<Record<string, string>>): TemplateSource {
  const own = new Map(Object.entries(texts));
  return {
    find: (name) => (own.has(name) ? { text: own.get(name) ?? '', directory: '/t' } : undefined),
    partial: (directory, name) => (directory === '/t' ? own.get(name) : undefined),
    names: () => [...own.keys()],
  };
}

function vm(name: string, attributes: Attributes = {}, template = 'node'): TopologyNode {
  return { name, kind: 'vm', template, attributes, labelPorts: [], span: { from: 3, to: 4 } };
}

const pair = (attributes: Attributes = {}, link: Attributes = {}): Topology => ({
  name: 'pair',
  attributes,
  nodes: [vm('a', { qn_mem: '64M' }), vm('b')],
  links: [{ id: 'a:eth0--b:eth1', tail: { node: 'a', port: 'eth0' }, head: { node: 'b', port: 'eth1' }, attributes: link }],
});

/** A link between two ends written NODE:PORT, or NODE for a hub. */
function link(tail: string, head: string): Link {
  const endOf = (text: string) => ({ node: text.split(':')[0] ?? '', port: text.split(':')[1] });
  return { id: `${tail}--${head}`, tail: endOf(tail), head: endOf(head), attributes: {} };
}

const render = (topology: Topology, template: string): Record<string, string> =>
  Object.fromEntries(generate({ topology, templates: source({ node: template }) }).files.map(({ name, text }) => [name, text]));

describe('generate', () => {
  it('writes a document and an executable for each generated node', () => {
    const { files, diagnostics } = generate({ topology: pair(), templates: source({ node: '#!/bin/sh\n' }) });
    expect(diagnostics).toEqual([]);
    expect(files.map(({ name, mode }) => [name, mode.toString(8)])).toEqual([
      ['a.yaml', '644'],
      ['a', '755'],
      ['b.yaml', '644'],
      ['b', '755'],
    ]);
  });

  it('puts the graph first, then the node, then the links', () => {
    const yaml = render(pair({ qn_mem: '1G', qn_append: 'quiet' }, { qn_mtu: '9000' }), '')['a.yaml'];
    expect(yaml).toBe(
      [
        'graph: "pair"',
        'qn_append: "quiet"',
        'name: "a"',
        'qn_console: "10000"',
        'qn_kgdb: "10002"',
        'qn_mem: "64M"',
        'qn_monitor: "10001"',
        'qn_template: "node"',
        'qn_ugdb: "10003"',
        'links:',
        '  - { qn_name: "eth0", qn_sport: "20001", qn_dport: "20000", headport: "eth1", qn_headport: "20000", qn_mtu: "9000", qn_tailport: "20001", tailport: "eth0", qn_mac: "02:00:00:00:01:01" }',
        '',
      ].join('\n'),
    );
  });

  it('renders a template with just what the YAML says', () => {
    const template =
      '{{name}} {{qn_mem}} {{#links}}{{qn_name}}={{qn_mac}}/{{qn_dport}}{{/links}}{{^qn_image}} none{{/qn_image}}{{toString}}';
    expect(render(pair(), template)['a']).toBe('a 64M eth0=02:00:00:00:01:01/20000 none');
  });

  it('escapes as the Ruby implementation of Mustache does', () => {
    expect(render(pair({ qn_append: `a/b=c & <"'\`>` }), '{{qn_append}} {{{qn_append}}}')['a']).toBe(
      `a/b=c &amp; &lt;&quot;&#39;\`&gt; a/b=c & <"'\`>`,
    );
  });

  it('writes any value so that YAML readers get it back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 })), (attributes) => {
        const reserved = ['graph', 'name', 'links', 'qn_template', 'qn_console', 'qn_monitor', 'qn_kgdb', 'qn_ugdb', 'qn_mem'];
        const own = Object.entries(attributes).filter(([key, value]) => !reserved.includes(key) && (key + value).isWellFormed());
        const topology = pair(Object.fromEntries(own));
        const read = parse(render(topology, '')['b.yaml'] ?? '') as Record<string, unknown>;
        for (const [key, value] of own) expect(Object.getOwnPropertyDescriptor(read, key)?.value).toBe(value);
      }),
    );
  });

  it('keeps attributes apart from what every object inherits', () => {
    expect(render(pair({ toString: 'x', constructor: 'y' }), '{{toString}}{{constructor}}{{valueOf}}')['a']).toBe('xy');
  });

  it('reports an unknown template at the node, once', () => {
    const { files, diagnostics } = generate({ topology: pair(), templates: source({ small: '' }) });
    expect(files).toEqual([]);
    expect(diagnostics).toEqual([
      {
        code: 'unknown-template',
        severity: 'error',
        message: 'there is no template node for node a',
        hint: 'templates here: small',
        span: { from: 3, to: 4 },
      },
    ]);
  });

  it('reports mistakes of a template by file and line', () => {
    const broken = (texts: Record<string, string>): string[] =>
      generate({ topology: pair(), templates: source(texts) }).diagnostics.map(({ message }) => message);
    expect(broken({ node: 'one\n{{#links}}\n' })).toEqual(['/t/node.mustache:3: unclosed section "links"']);
    expect(broken({ node: 'one\n{{> inc/gone}}\n' })).toEqual(['/t/node.mustache:2: the partial inc/gone is missing in /t']);
    expect(broken({ node: '{{> inc/x}}', 'inc/x': '\n{{name' })).toEqual(['/t/inc/x.mustache:2: unclosed tag']);
  });

  it('takes a partial that names itself', () => {
    expect(render(pair(), '{{name}}')['a']).toBe('a');
    const { diagnostics } = generate({
      topology: pair(),
      templates: source({ node: '{{> inc/x}}', 'inc/x': '{{#never}}{{> inc/x}}{{/never}}' }),
    });
    expect(diagnostics).toEqual([]);
  });

  it('gives the files of some nodes as it gives those of all', () => {
    const nodes = ['a', 'b', 'c'].map((name) => vm(name));
    const hub: TopologyNode = { name: 'h', kind: 'hub', template: undefined, attributes: {}, labelPorts: [] };
    const links = [link('a:eth0', 'b:eth0'), link('b:eth1', 'c:eth0'), link('c:eth1', 'h'), link('a:eth1', 'h')];
    const order = {
      topology: { name: 't', attributes: { qn_mem: '1G' }, nodes: [...nodes, hub], links },
      templates: source({ node: '{{#links}}{{qn_name}} {{qn_mac}} {{qn_sport}} {{qn_mport}}\n{{/links}}{{qn_console}}' }),
    };
    const all = generate(order).files;
    for (const only of [['a'], ['c', 'b'], ['c']]) {
      const wanted = all.filter(({ name }) => only.includes(name.replace('.yaml', '')));
      expect(generate({ ...order, only: new Set(only) }).files).toEqual(wanted);
    }
  });

  it('completes a topology once and for all', () => {
    const templates = source({ node: '' });
    const first = generate({ topology: pair(), templates });
    const second = generate({ topology: first.completed, templates });
    expect(second.completed).toEqual(first.completed);
    expect(second.files).toEqual(first.files);
  });
});

describe('bundled templates', () => {
  const folder = new URL('../../templates/', import.meta.url);
  const read = (name: string): string => readFileSync(new URL(`${name}.mustache`, folder), 'utf8');
  const bundled: TemplateSource = {
    find: (name) => ({ text: read(name), directory: '/bundled' }),
    partial: (_, name) => read(name),
    names: () => [],
  };
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.mustache'))
    .map((file) => file.slice(0, -'.mustache'.length));

  it.each(names)('%s tells the engine on line 2 how to run it', (template) => {
    const nodes = [vm('a', {}, template)];
    const { files, diagnostics } = generate({ topology: { name: 't', attributes: {}, nodes, links: [] }, templates: bundled });
    expect(diagnostics).toEqual([]);
    expect(files[1]?.text.split('\n').slice(0, 2)).toEqual([
      '#!/bin/sh',
      expect.stringMatching(/^# weft: driver=(qemu|namespace) /),
    ]);
  });
});
