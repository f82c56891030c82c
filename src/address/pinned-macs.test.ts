import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginning, changes, edited } from '../../test/support/random-changes.ts';
import type { Change } from '../model/change.ts';
import { editTopology, isFault } from '../model/edit-topology.ts';
import type { Topology } from '../model/topology.ts';
import { macPlan } from './mac-plan.ts';
import { pinMacs, withPinnedMacs } from './pinned-macs.ts';

const step = (topology: Topology, before: ReadonlyMap<string, string>) =>
  macPlan(withPinnedMacs(topology, pinMacs(topology, before)));

const attach = (tail: string, head: string, attributes = {}): Change => {
  const end = (text: string) => ({ node: text.split(':')[0] ?? '', port: text.split(':')[1] });
  return { change: 'attach', tail: end(tail), head: end(head), attributes };
};

/** Edits that give MACs, too, so that the file's ones and pinned ones may clash. */
const edits = fc
  .tuple(changes, fc.array(fc.constantFrom('02:00:00:00:01:01', '02:00:00:00:02:01', '02:00:00:00:02:02')))
  .map(([all, macs]) =>
    all.map((change, at): Change => {
      const mac = macs[at];
      return change.change === 'attach' && mac !== undefined ? { ...change, attributes: { qn_headmac: mac } } : change;
    }),
  );

describe('pinMacs', () => {
  it('needs no pin where the rule gives every port what it has', () => {
    expect(pinMacs(beginning, macPlan(beginning))).toEqual({});
    expect(withPinnedMacs(beginning, {})).toBe(beginning);
  });

  it('lets ports keep their MACs when a node comes before theirs', () => {
    const before = macPlan(beginning);
    const next = edited(beginning, [
      { change: 'create', node: 'Z', kind: 'namespace', template: 'namespace', attributes: {} },
      attach('Z:eth0', 'b:eth1'),
    ]);
    const after = step(next, before);
    for (const [port, mac] of before) expect(after.get(port)).toBe(mac);
    expect(new Set(after.values()).size).toBe(after.size);
    expect(step(next, after)).toEqual(after);
  });

  it('gives way to what the file says', () => {
    const next = edited(beginning, [{ change: 'link', link: 'a:eth0--b:eth0', attributes: { qn_headmac: '02:00:00:00:00:99' } }]);
    expect(step(next, macPlan(beginning)).get('b:eth0')).toBe('02:00:00:00:00:99');
  });

  it('gives a port another one when the file gives its own to somebody else', () => {
    const next = edited(beginning, [attach('a:eth2', 'b:eth1', { qn_headmac: '02:00:00:00:01:01' })]);
    const after = step(next, macPlan(beginning));
    expect(after.get('b:eth1')).toBe('02:00:00:00:01:01');
    expect(new Set(after.values()).size).toBe(5);
  });

  it('keeps the MAC of every port that stays, and gives none twice, whatever comes and goes', () => {
    fc.assert(
      fc.property(changes, (all) => {
        let [topology, macs] = [beginning, macPlan(beginning) as ReadonlyMap<string, string>];
        for (const change of all) {
          const next = editTopology(topology, change);
          if (isFault(next)) continue;
          const after = step(next, macs);
          for (const [port, mac] of macs) if (after.has(port) && macPlan(next).has(port)) expect(after.get(port)).toBe(mac);
          expect(new Set(after.values()).size).toBe(after.size);
          [topology, macs] = [next, after];
        }
      }),
      { numRuns: 500 },
    );
  });

  it('gives none twice where the file gives some, unless the file does', () => {
    fc.assert(
      fc.property(edits, (all) => {
        let [topology, macs] = [beginning, macPlan(beginning) as ReadonlyMap<string, string>];
        for (const change of all) {
          const next = editTopology(topology, change);
          if (isFault(next)) continue;
          // The end at a hub is no port, and has no MAC.
          const heads = next.links.filter(({ head }) => head.port !== undefined);
          const given = heads.flatMap(({ attributes }) => attributes['qn_headmac'] ?? []);
          macs = step(next, macs);
          expect(new Set(macs.values()).size).toBe(macs.size - given.length + new Set(given).size);
          topology = next;
        }
      }),
      { numRuns: 500 },
    );
  });
});
