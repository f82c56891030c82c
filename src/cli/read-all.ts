import type { Keyboard } from '../boundary/terminal.ts';

/** Standard input to its end. */
export async function readAll(stdin: Keyboard): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  const ended = Promise.withResolvers<void>();
  const close = stdin.open({ data: (bytes) => void pieces.push(bytes), end: () => ended.resolve() });
  await ended.promise;
  close();
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
