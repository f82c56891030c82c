import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ConsoleReader } from '../../../test/support/console-reader.ts';
import { streamPair } from '../../../test/support/stream-pair.ts';
import type { Clock } from '../../boundary/clock.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { systemClock } from '../../host/clock.ts';
import { systemGrowingFiles } from '../../host/growing-files.ts';
import { encodeUtf8 } from '../../model/utf8.ts';
import { type LogPlace, loggedStream } from './logged-stream.ts';

let folder: string;
let place: LogPlace;
let far: ByteStream;
let console: ByteStream;
/** Resolves when the log has been looked at and had nothing. */
let lookedInVain: PromiseWithResolvers<void>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-logged-'));
  place = { path: `${folder}/log`, at: 0 };
  const [near, other] = await streamPair();
  far = other;
  lookedInVain = Promise.withResolvers();
  const sleep: Clock['sleep'] = (milliseconds) => {
    lookedInVain.resolve();
    return systemClock.sleep(milliseconds);
  };
  console = loggedStream(near, place, { logs: systemGrowingFiles, clock: { ...systemClock, sleep } });
});
afterEach(() => {
  console.close();
  far.close();
  rmSync(folder, { recursive: true });
});

const say = (text: string) => far.write(encodeUtf8(text));
const log = (text: string) => appendFileSync(place.path, text);

it('shows what the log has and the socket has not, once and in order', async () => {
  log('booted ');
  place.at = 3;
  const reader = new ConsoleReader(console);
  expect(await reader.shows('ted')).toBe('ted ');
  for (let line = 0; line < 500; line++) {
    if (line % 3 === 0) say(`line ${line}\n`);
    log(`line ${line}\n`);
  }
  say('end');
  log('end');
  expect(await reader.shows('end')).toBe(`ted ${Array.from({ length: 500 }, (_, line) => `line ${line}\n`).join('')}end`);
  expect(place.at).toBeGreaterThan(3000);
});

it('waits for a log that is written after the socket', async () => {
  const reader = new ConsoleReader(console);
  const closed = new Promise<string>((resolve) => console.onClose(() => resolve(reader.text)));
  say('hello');
  await lookedInVain.promise;
  log('hello');
  say(' world');
  log(' world');
  await reader.shows('world');
  far.close();
  expect(await closed).toBe('hello world');
});

it('shows what the socket says where nothing is logged', async () => {
  const reader = new ConsoleReader(console);
  say('one ');
  await reader.shows('one ');
  say('two');
  expect(await reader.shows('two')).toBe('one two');
});

it('shows the last of the log before it closes, and carries what is typed', async () => {
  const reader = new ConsoleReader(console);
  const closed = new Promise<string>((resolve) => console.onClose(() => resolve(reader.text)));
  const typed = new ConsoleReader(far);
  console.write(encodeUtf8('ls\r'));
  await typed.shows('ls\r');
  log('last words');
  far.close();
  expect(await closed).toBe('last words');
});
