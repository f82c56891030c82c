import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import type { ByteSink, ByteSinks } from '../boundary/byte-sink.ts';
import { systemFailure } from './system-failure.ts';

/** Files and the standard output of this process, written as fast as they take it. */
export const systemSinks: ByteSinks = {
  file: (path) =>
    new Promise((resolve, reject) => {
      const stream = createWriteStream(path);
      stream.once('error', (failure) => reject(systemFailure(`write ${path}`, failure)));
      stream.once('open', () => resolve(sink(stream, path, () => new Promise((done) => stream.end(done)))));
    }),
  standardOutput: () =>
    sink(process.stdout, 'standard output', () => new Promise((done) => process.stdout.write('', () => done()))),
};

function sink(stream: Writable, name: string, end: () => Promise<void>): ByteSink {
  let failed = false;
  stream.once('error', () => {
    failed = true;
  });
  return {
    write: (bytes) => failed || stream.write(bytes),
    onDrain: (listener) => void stream.on('drain', listener),
    onFailure: (listener) => void stream.once('error', (failure: Error) => listener(systemFailure(`write ${name}`, failure))),
    end: () => (failed ? Promise.resolve() : end()),
  };
}
