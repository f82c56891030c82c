import type { Clock } from '../../boundary/clock.ts';
import type { Commands } from '../../boundary/commands.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { CaptureRequest, FrameView, Kernel } from '../../boundary/kernel.ts';
import type { ByteStream, Streams } from '../../boundary/streams.ts';
import { nothingHeld } from '../desired/nothing-held.ts';
import type { CaptureLab, CapturePort } from './capture-lab.ts';
import { choosePorts, portsOfOtherLinks, visiblePort } from './choose-ports.ts';
import { compileFilter } from './compile-filter.ts';

/** Memory of the kernel for frames that wait to be read, of all ports of a capture together. */
const room = 64 * 1024 * 1024;

/** How often captures look whether links were made or moved, if nobody tells them. Milliseconds. */
const interval = 1000;
/** How long readers may take for the end of their captures. Milliseconds. */
const patience = 1000;

export interface CaptureParts {
  readonly kernel: Pick<Kernel, 'capture' | 'recapture'>;
  readonly clock: Clock;
  readonly streams: Pick<Streams, 'connectUnix'>;
  readonly commands: Commands;
  readonly log: (message: string) => void;
  /** The lab's runtime folder. */
  readonly run: string;
  /** The lab's name. */
  readonly name: string;
  /** The lab as it is now; undefined where the engine holds none. */
  readonly lab: () => CaptureLab | undefined;
}

/** What the words of a capture mean. */
export interface CaptureMeaning {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  readonly filter: string;
  /** Ports that were meant, and why they cannot be captured. */
  readonly left: readonly { readonly port: string; readonly reason: string }[];
}

/** What to capture. */
export interface CaptureWish {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  /** Also links that are made later, each at one end. */
  readonly all: boolean;
  /** In tcpdump's language; everything where empty. */
  readonly filter: string;
  /** Bytes of a frame to keep; 0 for all. */
  readonly snaplen: number;
}

/** Captures at the ports of a lab. */
export class Captures {
  readonly #parts: CaptureParts;
  /** Captures that go on, and when they have ended. */
  readonly #open = new Map<ByteStream, Promise<unknown>>();
  #number = 0;
  /** Wakes those that follow a capture's ports. */
  readonly #wakes = new Set<() => void>();

  constructor(parts: CaptureParts) {
    this.#parts = parts;
  }

  /** Says what the words of a capture mean in this lab. */
  meaning(words: readonly string[], all: boolean): CaptureMeaning {
    const { ports, filter, left } = choosePorts(this.#lab(), words, all);
    return {
      ports: ports.map(({ label }) => label),
      filter: filter.join(' '),
      left: left.map(({ label, hidden }) => ({ port: label, reason: hidden })),
    };
  }

  /** Begins a capture: a pcapng stream, as `Kernel.capture` describes it. `memory` is for frames that wait, in bytes. */
  async begin({ ports, all, filter, snaplen }: CaptureWish, memory: number = room): Promise<ByteStream> {
    const request: CaptureRequest = {
      socketPath: `${this.#parts.run}/c${++this.#number}.sock`,
      ports: (all
        ? withAll(this.#lab().ports, (label) => ports.includes(label))
        : ports.map((label) => visiblePort(this.#lab(), label))
      ).flatMap(({ label, view }) => (view === undefined ? [] : [{ label, view }])),
      filter: filter.trim() === '' ? undefined : await compileFilter(this.#parts.commands, filter),
      snaplen,
      room: memory,
    };
    const failures = await this.#parts.kernel.capture(request);
    const stream = await this.#parts.streams.connectUnix(request.socketPath);
    const [first] = failures.filter((failure) => failure !== undefined);
    if (first === undefined || all || failures.includes(undefined)) {
      const ended = new Promise<unknown>((resolve) => stream.onClose(resolve)).then(() => this.#open.delete(stream));
      this.#open.set(stream, ended);
      this.#follow(request, all, ended).catch((failure: unknown) => this.#parts.log(`a capture: ${String(failure)}`));
      return stream;
    }
    stream.close();
    throw new HostError(first.code, first.message);
  }

  /** Links were made or moved: captures look at once. */
  look(): void {
    for (const wake of this.#wakes) wake();
  }

  /** Ends all captures in good order, with their counts, as far as their readers take them in time. */
  async close(): Promise<void> {
    for (const stream of this.#open.keys()) stream.write(Uint8Array.of(0));
    if (this.#open.size > 0) await this.#parts.clock.sleep(patience, Promise.all(this.#open.values()));
  }

  /** Sees to it that a capture goes on where a link was moved to, and with `all` at links that are made, until it ends. */
  async #follow({ socketPath, ports }: CaptureRequest, all: boolean, ended: Promise<unknown>): Promise<void> {
    let open = true;
    let news = Promise.withResolvers<void>();
    const wake = () => news.resolve();
    void ended.then(() => {
      open = false;
      wake();
    });
    const known = new Map(ports.map(({ label, view }) => [label, view]));
    this.#wakes.add(wake);
    try {
      for (;;) {
        await this.#parts.clock.sleep(interval, news.promise);
        news = Promise.withResolvers<void>();
        if (!open) return;
        const changed = this.#changed(known, all);
        for (const { label, view } of changed) known.set(label, view);
        if (changed.length > 0) await this.#parts.kernel.recapture(socketPath, changed);
      }
    } finally {
      this.#wakes.delete(wake);
    }
  }

  /** Ports whose frames pass elsewhere now, and with `all` those of links that are not captured yet. */
  #changed(known: ReadonlyMap<string, FrameView>, all: boolean): CaptureRequest['ports'] {
    const present = this.#parts.lab()?.ports ?? [];
    const isKnown = (label: string) => known.has(label);
    const wanted = all ? withAll(present, isKnown) : present.filter(({ label }) => isKnown(label));
    return wanted.flatMap(({ label, view }) => {
      const before = known.get(label);
      return view === undefined || (before !== undefined && isSame(view, before)) ? [] : [{ label, view }];
    });
  }

  #lab(): CaptureLab {
    const lab = this.#parts.lab();
    if (lab === undefined) throw nothingHeld(this.#parts.name);
    return lab;
  }
}

/** Those that are captured already, and one of each other link. */
function withAll(present: readonly CapturePort[], isCaptured: (label: string) => boolean): readonly CapturePort[] {
  const own = present.filter(({ label }) => isCaptured(label));
  return [...own, ...portsOfOtherLinks(present, own)];
}

function isSame(a: FrameView, b: FrameView): boolean {
  return a.netns === b.netns && a.name === b.name && a.entering === b.entering;
}
