import type { ByteSink } from '../../boundary/byte-sink.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { frameLine } from '../../capture/frame-line.ts';
import { frameIn, type PcapngBlock, PcapngReader } from '../../capture/pcapng-reader.ts';

export interface CaptureGoal {
  /** `pcapng` as it comes, or a line of text a frame. */
  readonly form: 'pcapng' | 'lines';
  /** Enough after so many frames. */
  readonly count: number;
  /** Minutes east of UTC at that second. */
  readonly zone: (seconds: number) => number;
}

export interface CaptureResult {
  readonly frames: number;
  /** Frames that passed the filter and found no room. */
  readonly dropped: number;
  /** How many were described. */
  readonly interfaces: number;
  /** The counts came: nothing was cut off. */
  readonly complete: boolean;
  /** We ended it. */
  readonly asked: boolean;
}

/** Takes a capture to where it is wanted, no faster than it is taken there. */
export class CaptureTaker {
  readonly #stream: ByteStream;
  readonly #sink: ByteSink;
  readonly #goal: CaptureGoal;
  readonly #reader = new PcapngReader();
  readonly #names: string[] = [];
  readonly #ended: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #frames = 0;
  #dropped = 0;
  #counted = 0;
  #stopped = false;

  constructor(stream: ByteStream, sink: ByteSink, goal: CaptureGoal) {
    this.#stream = stream;
    this.#sink = sink;
    this.#goal = goal;
  }

  /** Resolves when the capture has ended, whoever ended it. Rejects when what it is written to fails. */
  async run(): Promise<CaptureResult> {
    this.#sink.onDrain(() => this.#stream.resume());
    this.#sink.onFailure((failure) => this.#fail(failure));
    this.#stream.onClose(() => this.#ended.resolve());
    this.#stream.onData((bytes) => {
      try {
        if (!this.#take(bytes)) this.#stream.pause();
      } catch (failure) {
        this.#fail(failure);
      }
    });
    await this.#ended.promise;
    await this.#sink.end();
    const interfaces = this.#names.length;
    const complete = this.#counted === interfaces && (interfaces > 0 || this.#stopped);
    return { frames: this.#frames, dropped: this.#dropped, interfaces, complete, asked: this.#stopped };
  }

  /** Enough: what was captured until now still comes, and the counts. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#stream.write(Uint8Array.of(0));
  }

  #fail(failure: unknown): void {
    this.#ended.reject(failure);
    this.#stream.close();
  }

  /** False when the sink does not keep up. */
  #take(bytes: Uint8Array): boolean {
    const { form, count } = this.#goal;
    const asItComes = form === 'pcapng' && count === Number.POSITIVE_INFINITY;
    const pieces: (Uint8Array | string)[] = [];
    for (const block of this.#reader.push(bytes)) {
      const wanted = this.#note(block);
      if (asItComes || !wanted) continue;
      if (form === 'pcapng') pieces.push(Uint8Array.from(block.bytes));
      else if (block.kind === 'packet') pieces.push(this.#line(block));
    }
    if (asItComes) return this.#sink.write(bytes);
    if (form === 'lines') return pieces.length === 0 || this.#sink.write(pieces.join(''));
    return pieces.map((piece) => this.#sink.write(piece)).every(Boolean);
  }

  /** False for frames beyond those that are wanted. */
  #note(block: PcapngBlock): boolean {
    if (block.kind === 'interface') this.#names.push(block.name);
    else if (block.kind === 'statistics') {
      this.#counted += 1;
      this.#dropped += block.counts.dropped;
    } else if (block.kind === 'packet') {
      if (this.#frames >= this.#goal.count) return false;
      this.#frames += 1;
      if (this.#frames >= this.#goal.count) this.stop();
    }
    return true;
  }

  #line(block: PcapngBlock & { readonly kind: 'packet' }): string {
    const frame = frameIn(block);
    return `${frameLine(frame, this.#names[block.interface] ?? '', this.#goal.zone(frame.time.seconds))}\n`;
  }
}
