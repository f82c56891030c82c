import { beforeEach, expect, it } from 'vitest';
import { HostError } from '../../boundary/host-error.ts';
import type { NameAnswer } from '../../boundary/name-lookup.ts';
import { NameBook } from './name-book.ts';

let milliseconds: number;
let asked: string[];
let told: string[];
/** What the name servers say; text is why they say nothing. */
let answer: NameAnswer | string | Promise<NameAnswer>;
let book: NameBook;
const asker = { name: 'net', handle: undefined, servers: ['192.0.2.1'] };
const WWW = ['www.test'];

beforeEach(() => {
  milliseconds = 0;
  asked = [];
  told = [];
  book = new NameBook({
    clock: {
      now: () => milliseconds,
      async sleep(time, until) {
        await Promise.race([until, new Promise((resolve) => setTimeout(resolve, 20))]);
        milliseconds += time;
      },
    },
    lookUp: async (_asker, name) => {
      asked.push(`${milliseconds / 1000} ${name}`);
      if (typeof answer === 'string') throw new HostError('no-answer', answer);
      return await answer;
    },
    warn: (message) => told.push(message),
  });
});

const www = () => book.of('net').get('www.test');
/** Looks once a second, from now until then. */
async function refreshUntil(seconds: number, names = WWW): Promise<void> {
  for (; milliseconds < seconds * 1000; milliseconds += 1000) await book.refresh(asker, names);
}
const times = () => asked.map((line) => Number(line.split(' ')[0]));

it('keeps an answer as long as its server says, within bounds', async () => {
  answer = { addresses: ['192.0.2.81', '192.0.2.80', '192.0.2.80'], ttl: 20 };
  await refreshUntil(50);
  expect(www()).toEqual(['192.0.2.80', '192.0.2.81']);
  expect(times()).toEqual([0, 20, 40]);
  answer = { addresses: ['192.0.2.80'], ttl: 0 };
  await refreshUntil(71);
  expect(times().slice(3)).toEqual([60, 65, 70]);
  answer = { addresses: ['192.0.2.80'], ttl: 86_400 };
  await refreshUntil(400);
  expect(times().slice(6)).toEqual([75, 375]);
});

it('asks other servers at once, and forgets names that nobody speaks of', async () => {
  answer = { addresses: ['192.0.2.80'], ttl: 100 };
  await book.refresh(asker, [...WWW, 'other.test']);
  await book.refresh({ ...asker, servers: ['192.0.2.2'] }, WWW);
  expect(asked).toEqual(['0 www.test', '0 other.test', '0 www.test']);
  milliseconds = 159_000;
  await book.refresh(asker, []);
  expect([...book.of('net').keys()]).toEqual([...WWW, 'other.test']);
  milliseconds = 160_000;
  await book.refresh(asker, []);
  expect(book.of('net').size).toBe(0);
});

it('tries again what failed, less and less often, and tells of it once', async () => {
  answer = 'silence';
  await refreshUntil(100);
  expect(times()).toEqual([0, 1, 3, 7, 15, 31, 63]);
  expect(told).toEqual(['net cannot resolve www.test, so nodes whose firewall speaks of it send nothing: silence']);
  answer = { addresses: ['192.0.2.80'], ttl: 5 };
  await refreshUntil(124);
  answer = { addresses: [], ttl: 0 };
  await refreshUntil(140);
  expect(www()).toBeUndefined();
  expect(told.slice(1)).toEqual([
    'net cannot resolve www.test, so nodes whose firewall speaks of it send nothing: it has no address',
  ]);
});

it('tells once of a name whose rules are still on their way', async () => {
  answer = 'silence';
  await book.first(asker, WWW);
  await refreshUntil(20, []);
  await book.first(asker, WWW);
  expect(told).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

it('keeps what it knows for a while when servers fall silent', async () => {
  answer = { addresses: ['192.0.2.80'], ttl: 5 };
  await refreshUntil(1);
  answer = 'silence';
  await refreshUntil(300);
  expect([www(), told]).toEqual([['192.0.2.80'], []]);
  await refreshUntil(400);
  expect([www(), told.length]).toEqual([undefined, 1]);
});

it('waits for names that were never looked up, not long, and only once', async () => {
  answer = { addresses: ['192.0.2.80'], ttl: 5 };
  await book.first(asker, WWW);
  expect(www()).toEqual(['192.0.2.80']);
  answer = new Promise(() => undefined);
  const first = book.first(asker, [...WWW, 'slow.test']);
  await book.refresh(asker, []);
  await first;
  await book.first(asker, [...WWW, 'slow.test']);
  expect(asked.map((line) => line.split(' ')[1])).toEqual(['www.test', 'slow.test']);
  expect(told).toEqual(['net cannot resolve slow.test, so nodes whose firewall speaks of it send nothing: no answer yet']);
});
