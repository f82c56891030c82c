import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LabEvent, LabHappening } from '../../model/lab-event.ts';
import { LabEvents } from './lab-events.ts';

const ready = (node: string): LabHappening => ({ kind: 'node', node, state: 'ready' });
const down = (node: string): LabHappening => ({ kind: 'carrier', node, port: 'eth0', state: 'down' });
const noon = Date.UTC(2026, 0, 2, 12, 0, 0, 7);
const numbers = (events: readonly LabEvent[] | string) =>
  typeof events === 'string' ? events : events.map(({ number }) => number);

it('tells every reader what happens, with time and number', async () => {
  const events = new LabEvents(() => noon);
  const [one, other] = [events.read({}), events.read({})];
  events.emit(ready('a'));
  const told = [{ at: '2026-01-02T12:00:00.007Z', number: 1, kind: 'node', node: 'a', state: 'ready' }];
  expect(await one.next()).toEqual(told);
  expect(await other.next()).toEqual(told);
});

it('wakes a reader that waits', async () => {
  const events = new LabEvents(() => noon);
  const waiting = events.read({}).next();
  events.emit(ready('a'));
  expect(numbers(await waiting)).toEqual([1]);
});

it('gives of the past what is asked for', async () => {
  const events = new LabEvents(() => noon);
  for (const node of ['a', 'b', 'a', 'b', 'a']) events.emit(ready(node));
  events.emit(down('a'));
  await events.close('down');
  const past = async (wish: Parameters<LabEvents['read']>[0]) => numbers(await events.read(wish).next());
  expect(await past({})).toBe('down');
  expect(await past({ since: 4 })).toEqual([5, 6]);
  expect(await past({ last: 2 })).toEqual([5, 6]);
  expect(await past({ since: 0, nodes: ['b'] })).toEqual([2, 4]);
  expect(await past({ last: 2, nodes: ['a'], kinds: ['node'] })).toEqual([3, 5]);
  expect(await past({ since: 1000 })).toBe('down');
});

it('remembers the last ten thousand', async () => {
  const events = new LabEvents(() => noon);
  for (let count = 0; count < 35_000; count++) events.emit(ready('a'));
  expect(numbers(await events.read({ since: 0 }).next())).toEqual(Array.from({ length: 10_000 }, (_, at) => 25_001 + at));
});

it('loses and repeats nothing without saying so, however seldom it is read', async () => {
  const acts = fc.array(fc.oneof(fc.integer({ min: 1, max: 18_000 }), fc.constant('read' as const)), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(acts, async (done) => {
      const events = new LabEvents(() => noon);
      const reader = events.read({});
      let [emitted, accounted] = [0, 0];
      for (const act of [...done, 'read' as const]) {
        for (let count = 0; typeof act === 'number' && count < act; count++) events.emit(ready(String(++emitted)));
        if (act !== 'read' || accounted === emitted) continue;
        for (const event of (await reader.next()) as readonly LabEvent[]) {
          accounted += event.kind === 'missed' ? event.count : 1;
          expect(event.number).toBe(accounted);
        }
        expect(accounted).toBe(emitted);
      }
    }),
    { numRuns: 12 },
  );
});

it('keeps nothing for a reader that was closed, and tells it so', async () => {
  const events = new LabEvents(() => noon);
  const reader = events.read({});
  const waiting = reader.next();
  reader.close();
  events.emit(ready('a'));
  expect(await waiting).toBe('closed');
  expect(await reader.next()).toBe('closed');
});

it('tells readers why there is no more, after what they have not read yet', async () => {
  const events = new LabEvents(() => noon);
  const reader = events.read({});
  events.emit(ready('a'));
  const gone = events.read({});
  let told = false;
  const closed = events.close('down').then(() => {
    told = true;
  });
  expect(numbers(await reader.next())).toEqual([1]);
  gone.close();
  expect(told).toBe(false);
  expect(await reader.next()).toBe('down');
  await closed;
});
