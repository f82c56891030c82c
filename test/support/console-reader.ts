import type { ByteStream } from '../../src/boundary/streams.ts';

/** Reads a stream as text and waits for what it should show. */
export class ConsoleReader {
  text = '';
  #news = Promise.withResolvers<void>();

  constructor(stream: ByteStream) {
    const decoder = new TextDecoder();
    stream.onData((bytes) => {
      this.text += decoder.decode(bytes, { stream: true });
      this.#news.resolve();
      this.#news = Promise.withResolvers<void>();
    });
  }

  /** All that was read once the words are in it; the test's own deadline ends the wait. */
  async shows(words: string): Promise<string> {
    while (!this.text.includes(words)) await this.#news.promise;
    return this.text;
  }
}
