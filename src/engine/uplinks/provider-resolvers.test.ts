import { beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../boundary/clock.ts';
import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import { ProviderResolvers } from './provider-resolvers.ts';

/** Path to text and modification time. */
let disk: Map<string, { text: string; modified: number }>;
let reads: string[];
let seconds: number;
let resolvers: ProviderResolvers;

beforeEach(() => {
  disk = new Map();
  reads = [];
  seconds = 1000;
  const files = {
    readTextIfThere: (path: string) => {
      reads.push(path);
      return Promise.resolve(disk.get(path)?.text);
    },
    modified: (path: string) => Promise.resolve(disk.get(path)?.modified),
  };
  const clock: Clock = {
    now: () => seconds * 1000,
    sleep: async (milliseconds, until) => {
      const early = Promise.resolve(until).then(() => 0);
      seconds += await Promise.race([early, new Promise<number>((resolve) => setTimeout(resolve, 20, milliseconds / 1000))]);
    },
  };
  resolvers = new ProviderResolvers({ files, clock, run: '/run', time: () => seconds });
});

const write = (path: string, server: string, modified: number) =>
  disk.set(path, { text: `nameserver ${server}\n`, modified: modified * 1000 });

it("reads a namespace's own file, else the machine's", async () => {
  write('/etc/resolv.conf', '192.0.2.1', 1);
  expect(await resolvers.look('net', undefined)).toEqual(['192.0.2.1']);
  write('/run/resolv/net', '192.0.2.2', 2);
  expect(await resolvers.look('net', undefined)).toEqual(['192.0.2.2']);
  disk.clear();
  expect(await resolvers.look('net', undefined)).toEqual([]);
});

it('does not read a file again that has not changed for a while', async () => {
  write('/run/resolv/net', '192.0.2.1', 999);
  for (let at = 0; at < 5; at += 1) {
    await resolvers.look('net', undefined);
    seconds += 1;
  }
  expect(reads).toHaveLength(3);
  // Within the same tick of the clock of files.
  write('/run/resolv/net', '192.0.2.2', 1005);
  expect(await resolvers.look('net', undefined)).toEqual(['192.0.2.2']);
  write('/run/resolv/net', '192.0.2.3', 1005);
  expect(await resolvers.look('net', undefined)).toEqual(['192.0.2.3']);
});

function guest(readText: NonNullable<NodeHandle['readText']>): NodeHandle {
  return { readText } as unknown as NodeHandle;
}

it('asks a guest every few seconds, and takes silence for no change', async () => {
  const texts = ['nameserver 192.0.2.1\n', undefined, 'nameserver 192.0.2.2\n'];
  let asked = 0;
  const handle = guest(() => {
    const text = texts[asked];
    asked += 1;
    return text === undefined ? Promise.reject(new HostError('timeout', 'silence')) : Promise.resolve(text);
  });
  const seen: (string | undefined)[] = [];
  for (let at = 0; at < 12; at += 1) {
    seen.push((await resolvers.look('net', handle))[0]);
    await new Promise(setImmediate);
    seconds += 1;
  }
  expect(asked).toBe(3);
  expect(new Set(seen.slice(1, 11))).toEqual(new Set(['192.0.2.1']));
  expect([seen[0], seen[11]]).toEqual([undefined, '192.0.2.2']);
  expect(
    await resolvers.read(
      'net',
      guest(() => Promise.reject(new HostError('timeout', 'silence'))),
    ),
  ).toEqual([]);
});

it('does not wait long for a guest, and takes what it says later', async () => {
  let answer: (text: string) => void = () => undefined;
  let asked = 0;
  const handle = guest(() => {
    asked += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  expect([await resolvers.read('net', handle), await resolvers.read('net', handle)]).toEqual([[], []]);
  expect([asked, seconds]).toEqual([1, 1004]);
  answer('nameserver 192.0.2.1\n');
  await new Promise(setImmediate);
  expect(await resolvers.look('net', handle)).toEqual(['192.0.2.1']);
});
