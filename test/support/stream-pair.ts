import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteStream } from '../../src/boundary/streams.ts';
import { listen } from '../../src/host/listen.ts';
import { systemStreams } from '../../src/host/streams.ts';

/** The two ends of a real unix socket. */
export async function streamPair(): Promise<readonly [ByteStream, ByteStream]> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-pair-'));
  const path = join(folder, 's');
  const accepted = Promise.withResolvers<ByteStream>();
  await listen({ path }, path, accepted.resolve);
  const pair = [await systemStreams.connectUnix(path), await accepted.promise] as const;
  await rm(folder, { recursive: true });
  return pair;
}
