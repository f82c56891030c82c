import { describe, expect, it } from 'vitest';
import type { Clock } from '../../boundary/clock.ts';
import { Flaps } from './flaps.ts';

/** Time that passes when told to. */
class TestClock implements Clock {
  #now = 0;
  #sleepers: { readonly at: number; readonly wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  async sleep(milliseconds: number, until?: Promise<unknown>): Promise<void> {
    const asleep = new Promise<void>((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));
    await Promise.race([asleep, until ?? asleep]);
  }

  async pass(milliseconds: number): Promise<void> {
    for (const end = this.#now + milliseconds; this.#now < end; ) {
      this.#now++;
      const due = this.#sleepers.filter(({ at }) => at <= this.#now);
      this.#sleepers = this.#sleepers.filter(({ at }) => at > this.#now);
      for (const { wake } of due) wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function setUp() {
  const clock = new TestClock();
  const log: string[] = [];
  const changes: string[] = [];
  const flaps = new Flaps(clock, (message) => log.push(message));
  const change = (name: string) => async (away: boolean) => {
    changes.push(`${name} ${away ? 'away' : 'back'} at ${clock.now()}`);
    if (name === 'broken') throw new Error('it broke');
  };
  return { clock, log, changes, flaps, change };
}

describe('flaps', () => {
  it('come back once', async () => {
    const { clock, changes, flaps, change } = setUp();
    flaps.begin('a', { lasts: 5, every: undefined }, change('a'));
    expect(flaps.has('a')).toBe(true);
    await clock.pass(30);
    expect(changes).toEqual(['a back at 5']);
    expect(flaps.has('a')).toBe(false);
  });

  it('go on until they are ended, each by itself', async () => {
    const { clock, changes, flaps, change } = setUp();
    flaps.begin('a', { lasts: 2, every: 10 }, change('a'));
    flaps.begin('b', { lasts: 4, every: 30 }, change('b'));
    await clock.pass(13);
    flaps.end('a');
    await clock.pass(20);
    expect(changes).toEqual(['a back at 2', 'b back at 4', 'a away at 10', 'a back at 12', 'b away at 30']);
    flaps.endAll();
    await clock.pass(50);
    expect(changes).toHaveLength(5);
  });

  it('give way to the next of the same name', async () => {
    const { clock, changes, flaps, change } = setUp();
    flaps.begin('a', { lasts: 5, every: undefined }, change('old'));
    await clock.pass(3);
    flaps.begin('a', { lasts: 5, every: undefined }, change('new'));
    await clock.pass(30);
    expect(changes).toEqual(['new back at 8']);
  });

  it('go on after a failure, which is logged', async () => {
    const { clock, log, changes, flaps, change } = setUp();
    flaps.begin('a', { lasts: 2, every: 4 }, change('broken'));
    await clock.pass(5);
    expect(changes).toEqual(['broken back at 2', 'broken away at 4']);
    expect(log).toEqual(['a: it broke', 'a: it broke']);
  });
});
