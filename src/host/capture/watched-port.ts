import type { CaptureRequest, FrameView, KernelFailure, Netns } from '../../boundary/kernel.ts';
import type { PacketFilter } from '../../capture/packet-filter.ts';
import type { InterfaceCounts } from '../../capture/pcapng-blocks.ts';
import { failureOf } from '../kernel/failure.ts';
import type { Namespaces } from '../kernel/namespaces.ts';
import { getLink } from '../netlink/links.ts';
import { PacketRing, type RingSize } from '../netlink/packet-ring.ts';

/** A port whose frames are captured, whether or not its interface is there now. */
export class WatchedPort {
  readonly label: string;
  #view: FrameView;
  readonly #size: RingSize;
  readonly #filter: PacketFilter | undefined;
  #ring: PacketRing | undefined;
  #received = 0;
  #dropped = 0;
  /** Its interface went down, or away: it is looked for until frames come again. */
  #doubtful = true;
  /** Since when, in milliseconds since the epoch. */
  #doubted = 0;
  #attaching = false;
  /** An attempt to attach that is not the last one comes to nothing. */
  #attempt = 0;

  /** `filter`: for the kernel. */
  constructor(port: CaptureRequest['ports'][number], size: RingSize, filter: PacketFilter | undefined) {
    this.label = port.label;
    this.#view = port.view;
    this.#size = size;
    this.#filter = filter;
  }

  /** Frames that enter at the interface were sent by the node. */
  get enteringIsOut(): boolean {
    return this.#view.entering === 'out';
  }

  get ring(): PacketRing | undefined {
    return this.#ring;
  }

  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  get isAttaching(): boolean {
    return this.#attaching;
  }

  /**
   * Takes hold of the interface if it is there and is not the one that is held already. What waits in the ring of an older one is lost. All
   * that needs the namespace is done when this returns.
   */
  async attach(namespaces: Namespaces): Promise<KernelFailure | undefined> {
    const attempt = ++this.#attempt;
    this.#attaching = true;
    try {
      const { netns, name } = this.#view;
      const { index } = getLink(namespaces.socket(netns), name);
      if (this.#ring?.index === index) return undefined;
      namespaces.enter(netns);
      const opening = PacketRing.open(index, this.#size, this.#filter);
      void this.#letGo();
      const ring = await opening;
      if (attempt !== this.#attempt) {
        await ring.close();
        return undefined;
      }
      this.#ring = ring;
      this.#doubtful = false;
      return undefined;
    } catch (thrown) {
      return failureOf(`capture ${this.label}`, thrown);
    } finally {
      if (attempt === this.#attempt) this.#attaching = false;
    }
  }

  /** Lets the interface, and its namespace, go. */
  async detach(): Promise<void> {
    this.#attempt += 1;
    this.#attaching = false;
    await this.#letGo();
  }

  /** The namespace is being deleted: the interface is let go, so that it can end. */
  forget(netns: Netns): void {
    if (this.#view.netns === netns) void this.detach();
  }

  /** The port's frames pass elsewhere now. */
  move(view: FrameView): void {
    void this.detach();
    this.#view = view;
  }

  /** poll(2) reported an error: the interface went down. */
  doubt(): void {
    this.#ring?.clearError();
    this.#doubtful = true;
    this.#doubted = Date.now();
  }

  /** No more frames than were received until now. */
  shut(): void {
    this.#ring?.shut();
    this.#doubtful = false;
  }

  /** A frame passed the kernel's filter and is not wanted. */
  refuse(): void {
    this.#received -= 1;
  }

  /** A frame came then, in milliseconds since the epoch. One that had come before the interface went down says nothing. */
  trust(time: number): void {
    if (time > this.#doubted + 1) this.#doubtful = false;
  }

  counts(): InterfaceCounts {
    this.#count();
    return { received: this.#received, dropped: this.#dropped };
  }

  async #letGo(): Promise<void> {
    this.#count();
    const ring = this.#ring;
    this.#ring = undefined;
    this.#doubtful = true;
    await ring?.close();
  }

  #count(): void {
    const { received, dropped } = this.#ring?.counts() ?? { received: 0, dropped: 0 };
    this.#received += received;
    this.#dropped += dropped;
  }
}
