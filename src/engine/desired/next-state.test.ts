import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labOf } from '../../../test/support/lab-of.ts';
import { beginning, changes, edited, topologies } from '../../../test/support/random-changes.ts';
import type { Change } from '../../model/change.ts';
import type { Topology } from '../../model/topology.ts';
import { changesBetween, isUnchanged } from '../../model/topology-changes.ts';
import { connectionLinks, type DesiredState, desiredTopology, wiredSpec } from './desired-state.ts';
import { begunAnew, freshState, withEdits, withFile } from './next-state.ts';

const specOf = (topology: Topology) => ({ name: 'lab', directory: '/lab', files: '/lab', topology });
const start = (topology: Topology = beginning, running: readonly string[] = ['a', 'b']): DesiredState => ({
  ...freshState(specOf(topology)),
  running: new Set(running),
});
const create = (node: string): Change => ({ change: 'create', node, kind: 'namespace', template: 'namespace', attributes: {} });
const off: Change = { change: 'link', link: 'a:eth0--b:eth0', attributes: { qn_link: 'off' } };

describe('withEdits', () => {
  it('keeps edits apart from the file', () => {
    const state = withEdits(start(), [create('c'), off], labOf(start()));
    expect(state.spec.topology).toBe(beginning);
    expect(desiredTopology(state)).toEqual(edited(beginning, [create('c'), off]));
    expect(state.running).toEqual(new Set(['a', 'b']));
  });

  it('makes none of them where one cannot be made, and says which', () => {
    const before = start();
    expect(() => withEdits(before, [create('c'), create('a')], labOf(before))).toThrow(
      expect.objectContaining({ code: 'exists' }),
    );
    expect(desiredTopology(before)).toBe(beginning);
  });

  it('removes no node that runs', () => {
    const remove: Change = { change: 'remove', node: 'a' };
    expect(() => withEdits(start(), [remove], labOf(start(), ['a']))).toThrow(expect.objectContaining({ code: 'running' }));
    const state = withEdits(start(), [remove], labOf(start(), ['b']));
    expect(state.running).toEqual(new Set(['b']));
  });

  it('changes links of connections, which cannot be detached', () => {
    const connection = { backend: 'a', frontend: 'b', mac: undefined, backendPort: 'b', frontendPort: 'eth1' };
    const state = { ...start(), connections: [connection] };
    const link = 'a:b--b:eth1';
    const next = withEdits(state, [{ change: 'link', link, attributes: { qn_link: 'off' } }], labOf(state));
    expect(connectionLinks(next)[0]?.attributes).toMatchObject({ qn_link: 'off' });
    expect(isUnchanged(next.changes)).toBe(true);
    const back = withEdits(next, [{ change: 'link', link, attributes: { qn_link: null } }], labOf(next));
    expect(connectionLinks(back)).toEqual(connectionLinks(state));
    expect(() => withEdits(state, [{ change: 'detach', link }], labOf(state))).toThrow(
      expect.objectContaining({ code: 'refused', message: expect.stringContaining('attach-network-to') }),
    );
  });

  it('keeps in mind what a running node was launched as, until it is desired again', () => {
    const memory = (value: string | null): Change => ({ change: 'node', node: 'b', attributes: { qn_mem: value } });
    const before = start();
    const changed = withEdits(before, [memory('64M')], labOf(before, ['b']));
    expect(changed.launched).toMatchObject({ b: { node: { attributes: { color: 'red' } } } });
    expect(withEdits(changed, [memory('32M')], labOf(changed, ['b'])).launched).toEqual(changed.launched);
    expect(withEdits(changed, [memory(null)], labOf(changed, ['b'])).launched).toEqual({});
    expect(withEdits(before, [memory('64M')], labOf(before)).launched).toEqual({});
  });

  it('lets every port keep its MAC and gives none twice, whatever is edited', () => {
    fc.assert(
      fc.property(topologies, fc.array(changes, { maxLength: 4 }), (file, rounds) => {
        let state = start(file, []);
        let lab = labOf(state);
        for (const round of rounds) {
          for (const change of round) {
            const before = lab.macs;
            try {
              state = withEdits(state, [change], lab);
            } catch {
              continue;
            }
            lab = labOf(state, [], lab);
            for (const [port, mac] of lab.macs) if (before.has(port)) expect(mac).toBe(before.get(port));
            expect(new Set(lab.macs.values()).size).toBe(lab.macs.size);
          }
        }
      }),
    );
  });
});

describe('begunAnew', () => {
  it('takes the file as it is now, with what commands have changed, and lets ports keep their MACs', () => {
    const lab = labOf(start());
    const file = edited(beginning, [
      create('0'),
      { change: 'attach', tail: { node: '0', port: 'eth0' }, head: { node: 'b', port: 'eth1' }, attributes: {} },
    ]);
    const state = { ...withEdits(start(), [off], lab), paused: new Set(['a']), connectionChanges: { x: { qn_link: 'off' } } };
    const next = begunAnew(state, specOf(file), lab);
    expect(desiredTopology(next).nodes).toEqual(file.nodes);
    expect(desiredTopology(next).links[0]?.attributes).toMatchObject({ qn_link: 'off' });
    for (const [port, mac] of lab.macs) expect(labOf(next).macs.get(port)).toBe(mac);
    expect(next).toMatchObject({ running: new Set(), paused: new Set(), connectionChanges: { x: { qn_link: 'off' } } });
  });
});

describe('withFile', () => {
  it('keeps what commands have changed, and lets new nodes of the file run', () => {
    const state = withEdits(start(), [create('c'), off], labOf(start()));
    const file = edited(beginning, [create('d')]);
    const next = withFile(state, { spec: specOf(file) }, labOf(state));
    expect(desiredTopology(next).nodes.map(({ name }) => name)).toEqual(['a', 'b', 'hub1', 'd', 'c']);
    expect(desiredTopology(next).links[0]?.attributes).toMatchObject({ qn_link: 'off' });
    expect([...next.running]).toEqual(['a', 'b', 'd']);
  });

  it('forgets what commands have changed where that is asked for', () => {
    const state = { ...withEdits(start(), [create('c'), off], labOf(start())), connectionChanges: { x: { qn_link: 'off' } } };
    const next = withFile(state, { spec: specOf(beginning), discard: true }, labOf(state));
    expect(desiredTopology(next)).toBe(beginning);
    expect(next.connectionChanges).toEqual({});
  });

  it('takes from the file what concerns some nodes alone', () => {
    const file = edited(beginning, [create('c'), create('d')]);
    const next = withFile(start(), { spec: specOf(file), only: ['d'] }, labOf(start()));
    expect(desiredTopology(next).nodes.map(({ name }) => name)).toEqual(['a', 'b', 'hub1', 'd']);
    expect([...next.running]).toEqual(['a', 'b', 'd']);
  });

  it('changes nothing when it is taken twice, whatever was edited before', () => {
    fc.assert(
      fc.property(topologies, changes, topologies, fc.boolean(), (file, all, other, discard) => {
        const edits = changesBetween(file, edited(file, all));
        const state = { ...start(file, []), changes: edits };
        const once = withFile(state, { spec: specOf(other), discard }, labOf(state));
        const twice = withFile(once, { spec: specOf(structuredClone(other)), discard }, labOf(once));
        expect(wiredSpec(twice)).toEqual(wiredSpec(once));
        expect({ ...twice, spec: undefined }).toEqual({ ...once, spec: undefined });
      }),
      { numRuns: 300 },
    );
  });
});
