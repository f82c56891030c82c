import type { ByteStream } from '../../boundary/streams.ts';

/** Joins two streams: what comes from one leaves at the other, no faster than it is taken there. Both end when one does. */
export function passOn(a: ByteStream, b: ByteStream): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    to.onDrain(() => from.resume());
    to.onClose(() => from.close());
    from.onData((bytes) => {
      if (!to.write(bytes)) from.pause();
    });
  }
}
