import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conditions,
  conditionAttributes,
  conditionsFault,
  conditionsOf,
  conditionWords,
  type LinkConditions,
} from './link-conditions.ts';
import type { Attributes } from './topology.ts';

const conditions: fc.Arbitrary<Conditions> = fc
  .record(
    {
      delay: fc.integer({ min: 1, max: 60e9 }),
      jitter: fc.integer({ min: 1, max: 10 }).map((number) => number * 1e6),
      loss: fc.integer({ min: 1, max: 1000 }).map((number) => number / 10),
      corrupt: fc.constant(0.000001),
      duplicate: fc.constant(100),
      reorder: fc.constant(25),
      rate: fc.integer({ min: 8, max: 1e12 }),
      cut: fc.constant(true as const),
    },
    { requiredKeys: [] },
  )
  .map((record) => record as Conditions);

function withoutNulls(attributes: Record<string, string | null>): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== null));
}

describe('the conditions of a link', () => {
  it('are read for both ways, and one way overrides', () => {
    const attributes = { qn_delay: '20ms', qn_headdelay: '1.5s', qn_tailloss: '0.1%', qn_rate: '1mbit', qn_headlink: 'off' };
    expect(conditionsOf(attributes)).toEqual({
      tail: { delay: 20e6, loss: 0.1, rate: 1e6 },
      head: { delay: 1.5e9, rate: 1e6, cut: true },
    });
  });

  it('are none where a value is empty, zero or cannot be read', () => {
    expect(conditionsOf({ qn_delay: '', qn_loss: '0%', qn_rate: 'fast', qn_taillink: 'on' })).toEqual({ tail: {}, head: {} });
  });

  it('come back from the attributes that they are written as', () => {
    fc.assert(
      fc.property(fc.record({ tail: conditions, head: conditions }), (wanted: LinkConditions) => {
        expect(conditionsOf(withoutNulls(conditionAttributes(wanted)))).toEqual(wanted);
      }),
    );
  });

  it('are written once where both ways agree', () => {
    const both = { tail: { delay: 20e6, loss: 1 }, head: { delay: 20e6, loss: 2, cut: true as const } };
    expect(withoutNulls(conditionAttributes(both))).toEqual({
      qn_delay: '20ms',
      qn_tailloss: '1%',
      qn_headloss: '2%',
      qn_headlink: 'off',
    });
  });

  it('are told in words', () => {
    expect(conditionWords({ rate: 2048, loss: 0.1, delay: 300_000, cut: true }).join(' ')).toBe(
      'delay 300us loss 0.1% rate 2.048kbit cut',
    );
    expect(conditionWords({})).toEqual([]);
  });

  it('vary or reorder nothing without a delay', () => {
    expect(conditionsFault({ jitter: 1 })).toContain('jitter');
    expect(conditionsFault({ reorder: 1 })).toContain('overtake');
    expect(conditionsFault({ delay: 1, jitter: 1, reorder: 1 })).toBeUndefined();
  });
});
