import { describe, expect, it } from 'vitest';
import type { KernelAbilities } from '../boundary/kernel.ts';
import type { LinkConditions } from '../model/link-conditions.ts';
import { conditionOps } from './conditions.ts';
import { opText } from './op-text.ts';
import type { Wire, WireEnd } from './wire.ts';
import { wireFor } from './wire-for.ts';

const all: KernelAbilities = { namespaces: true, tap: true, host: true, classifier: 'u32', netem: true, tbf: true };
const vm = (node: string): WireEnd => ({ kind: 'vm', node, port: 'e0' });
const namespace = (node: string): WireEnd => ({ kind: 'namespace', node, port: 'eth0', netns: node, addresses: [] });
const hub: WireEnd = { kind: 'hub', node: 'sw' };
const host: WireEnd = { kind: 'host', node: 'host', port: 'e0', name: 'tap0', addresses: [] };

function compile(ends: readonly [WireEnd, WireEnd], abilities: KernelAbilities): Wire {
  const wire = wireFor({ lab: 'lab', link: 'L', ends, mtu: undefined, abilities, runDirectory: '/run/weft/lab' });
  if ('refused' in wire) throw new Error(wire.refused.message);
  return wire;
}

function lines(wanted: Partial<LinkConditions>, ends: readonly [WireEnd, WireEnd], lacks: Partial<KernelAbilities> = {}) {
  const abilities = { ...all, ...lacks };
  const work = conditionOps(compile(ends, abilities), { tail: {}, head: {}, ...wanted }, abilities);
  return { lines: work.ops.flatMap((op) => opText(op)), refused: work.refused?.message };
}

describe('conditionOps', () => {
  it.each<[string, readonly [WireEnd, WireEnd], Partial<KernelAbilities>, string, string]>([
    ['two namespaces', [namespace('a'), namespace('b')], {}, 'ip netns exec a tc qdisc replace dev eth0', 'b tc'],
    ['two VMs', [vm('a'), vm('b')], {}, 'tc qdisc replace dev b~e0', 'dev a~e0'],
    ['VM and namespace', [vm('a'), namespace('b')], {}, 'tc qdisc replace dev b~eth0', 'dev a~e0'],
    ['VM and namespace without TAPs', [vm('a'), namespace('b')], { tap: false }, 'tc qdisc replace dev a~e0', 'ip netns exec b'],
    ['VM and hub', [vm('a'), hub], {}, 'tc qdisc replace dev w~~', 'dev a~e0'],
    ['namespace and hub', [namespace('a'), hub], {}, 'ip netns exec a tc', 'tc qdisc delete dev'],
    [
      'namespace and machine',
      [namespace('a'), host],
      {},
      'ip netns exec a tc',
      'nsenter --net="$MACHINE" tc qdisc delete dev tap0',
    ],
  ])('conditions each way at one interface: %s', (_, ends, lacks, sent, received) => {
    const { lines: work, refused } = lines({ tail: { delay: 20e6 } }, ends, lacks);
    expect(refused).toBeUndefined();
    expect(work).toHaveLength(2);
    expect(work[0]).toContain(sent);
    expect(work[0]).toMatch(/root netem delay 20ms$/);
    expect(work[1]).toContain(received);
    expect(work[1]).toMatch(/ root$/);
  });

  it('takes netem for everything that it can, tbf for bandwidth alone, and loses everything at a cut', () => {
    const ends = [namespace('a'), namespace('b')] as const;
    const conditions = { tail: { rate: 1e6, loss: 1, delay: 1.5e9, jitter: 3e6 }, head: { rate: 1e9 } };
    expect(lines(conditions, ends).lines).toEqual([
      'ip netns exec a tc qdisc replace dev eth0 root netem delay 1.5s 3ms loss 1% rate 1mbit',
      'ip netns exec b tc qdisc replace dev eth0 root tbf rate 1000000000bit burst 1250000 limit 13750000',
    ]);
    expect(lines({ tail: { rate: 1e6 } }, ends, { tbf: false }).lines[0]).toContain('root netem rate 1mbit');
    expect(lines({ tail: { rate: 1e6, delay: 1, cut: true } }, ends).lines[0]).toMatch(/root blackhole$/);
  });

  it('gives a slow link room for ten of the largest frames', () => {
    expect(lines({ tail: { rate: 8000 } }, [vm('a'), vm('b')]).lines[0]).toMatch(/tbf rate 8000bit burst 9022 limit 99242$/);
  });

  it('says what this kernel lacks, and does the rest', () => {
    const ends = [namespace('a'), namespace('b')] as const;
    const conditions = { tail: { delay: 20e6, rate: 1e6 }, head: { cut: true as const } };
    const { lines: work, refused } = lines(conditions, ends, { netem: false });
    expect(refused).toBe('delay of link L needs netem, which this kernel lacks (CONFIG_NET_SCH_NETEM)');
    expect(work[0]).toContain('root tbf rate 1000000bit');
    expect(work[1]).toContain('root blackhole');
    expect(lines({ head: { rate: 1e6 } }, ends, { netem: false }).refused).toBeUndefined();
    expect(lines({ head: { rate: 1e6 } }, ends, { netem: false, tbf: false }).refused).toContain('CONFIG_NET_SCH_TBF');
    expect(lines({ head: { cut: true } }, ends, { netem: false, tbf: false }).refused).toBeUndefined();
  });

  it('says where no interface sees just one way', () => {
    expect(lines({ tail: { loss: 1 } }, [vm('a'), vm('b')], { tap: false }).refused).toContain('unix sockets');
    expect(lines({ tail: { loss: 1 } }, [vm('a'), host]).refused).toContain('into the machine at once');
    expect(lines({ tail: {} }, [vm('a'), vm('b')], { tap: false })).toEqual({ lines: [], refused: undefined });
  });
});
