import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import type { KernelAbilities } from '../../boundary/kernel.ts';
import type { Link, NodeKind, Topology } from '../../model/topology.ts';
import { type CompiledBefore, compileLinks, type LabLinks } from './lab-links.ts';

const root: KernelAbilities = { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true };
const user: KernelAbilities = { ...root, host: false };

const topology = (kinds: Readonly<Record<string, NodeKind>>, edges: readonly (readonly [string, string])[]): Topology => ({
  name: 'lab',
  attributes: {},
  nodes: Object.entries(kinds).map(([name, kind]) => ({ name, kind, template: 'x', attributes: {}, labelPorts: [] })),
  links: edges.map(([a, b]) => link(a, b)),
});

const link = (tail: string, head: string): Link => {
  const [tailNode = '', tailPort] = tail.split(':');
  const [headNode = '', headPort] = head.split(':');
  return {
    id: `${tail}--${head}`,
    tail: { node: tailNode, port: tailPort },
    head: { node: headNode, port: headPort },
    attributes: { qn_tailip: '10.0.0.1/24, fd00::1/64' },
  };
};

const compile = (topology: Topology, abilities: KernelAbilities, own: readonly string[] = [], before?: CompiledBefore) =>
  compileLinks({
    before,
    spec: { name: 'lab', directory: '/lab', files: '/lab', topology },
    abilities,
    macs: new Map(),
    socketFolder: '/run/lab/wires',
    takesWires: (node) => !own.includes(node),
  });

describe('compileLinks', () => {
  it('gives addresses to namespace ends', () => {
    const { wires } = compile(topology({ a: 'namespace', b: 'namespace' }, [['a:e', 'b:e']]), user);
    const addresses = wires.get('a:e--b:e')?.setUp.flatMap((op) => (op.op === 'address-add' ? [op.address] : []));
    expect(addresses).toEqual(['10.0.0.1/24', 'fd00::1/64']);
  });

  it('starts a VM in an empty namespace when weft carries all its links', () => {
    const links = compile(topology({ a: 'vm', b: 'vm' }, [['a:e', 'b:e']]), user);
    expect(links.netnsOf('a')).toBe('@empty');
    expect(links.selfWired.size).toBe(0);
  });

  it("leaves links of a user's own script to UDP, and starts both ends in the panel", () => {
    const links = compile(
      topology({ a: 'vm', b: 'vm', c: 'vm' }, [
        ['a:e', 'b:e'],
        ['b:f', 'c:e'],
      ]),
      user,
      ['a'],
    );
    expect([...links.selfWired]).toEqual(['a:e--b:e']);
    expect([links.netnsOf('a'), links.netnsOf('b'), links.netnsOf('c')]).toEqual(['@panel', '@panel', '@empty']);
    expect([...links.wires.keys()]).toEqual(['b:f--c:e']);
  });

  it("starts a user's own script on the machine's network when it makes its own TAP there", () => {
    expect(compile(topology({ a: 'vm', host: 'host' }, [['host:tap0', 'a:e']]), root, ['a']).netnsOf('a')).toBe('@host');
  });

  it('refuses what cannot be, in a sentence with a way out', () => {
    const host = compile(topology({ a: 'vm', host: 'host' }, [['host:tap0', 'a:e']]), user);
    expect(host.refused.get('host:tap0--a:e')).toMatchObject({ code: 'EPERM', hint: expect.stringContaining('root') });
    const mixed = compile(topology({ a: 'vm', n: 'namespace' }, [['a:e', 'n:e']]), root, ['a']);
    expect(mixed.refused.get('a:e--n:e')?.message).toContain('only UDP links');
  });

  it('knows the ports of each hub', () => {
    const { hubs } = compile(
      topology({ a: 'vm', n: 'namespace', h: 'hub' }, [
        ['a:e', 'h'],
        ['n:e', 'h'],
      ]),
      root,
    );
    expect(hubs.get('h')?.map((port) => port.link)).toEqual(['a:e--h', 'n:e--h']);
  });

  it('lets go of the links that were compiled before', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const pair = topology({ a: 'namespace', b: 'namespace' }, [['a:e', 'b:e']]);
    const linksById = new Map(pair.links.map((each) => [each.id, each]));
    const after = (links: LabLinks) => compile(pair, user, [], { links, linksById, macs: new Map() });
    const first = () => new WeakRef(compile(pair, user));
    const old = first();
    const now = after(old.deref() as LabLinks);
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    expect(now.netnsOf('a')).toBe('@empty');
    expect(old.deref()).toBeUndefined();
  });
});
