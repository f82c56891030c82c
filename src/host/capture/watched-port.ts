import type { CaptureRequest, KernelFailure, Netns } from '../../boundary/kernel.ts';
import type { PacketFilter } from '../../capture/packet-filter.ts';
import type { InterfaceCounts } from '../../capture/pcapng-blocks.ts';
import { failureOf } from '../kernel/failure.ts';
import type { Namespaces } from '../kernel/namespaces.ts';
import { getLink } from '../netlink/links.ts';
import { PacketRing, type RingSize } from '../netlink/packet-ring.ts';

/** A port whose frames are captured, whether or not its interface is there now. */
export class WatchedPort {
  readonly netns: Netns;
  /** Frames that enter at the interface were sent by the node. */
  readonly enteringIsOut: boolean;
  readonly #label: string;
  readonly #name: string;
  readonly #size: RingSize;
  readonly #filter: PacketFilter | undefined;
  #ring: PacketRing | undefined;
  #received = 0;
  #dropped = 0;
  /** Its interface went down, or away: it is looked for until frames come again. */
  #doubtful = true;

  /** `filter`: for the kernel. */
  constructor(port: CaptureRequest['ports'][number], size: RingSize, filter: PacketFilter | undefined) {
    this.netns = port.view.netns;
    this.enteringIsOut = port.view.entering === 'out';
    this.#label = port.label;
    this.#name = port.view.name;
    this.#size = size;
    this.#filter = filter;
  }

  get ring(): PacketRing | undefined {
    return this.#ring;
  }

  get isDoubtful(): boolean {
    return this.#doubtful;
  }

  /** Takes hold of the interface if it is there and is not the one that is held already. What waits in the ring of an older one is lost. */
  attach(namespaces: Namespaces): KernelFailure | undefined {
    try {
      const { index } = getLink(namespaces.socket(this.netns), this.#name);
      if (this.#ring?.index === index) return undefined;
      this.detach();
      namespaces.enter(this.netns);
      this.#ring = PacketRing.open(index, this.#size, this.#filter);
      this.#doubtful = false;
      return undefined;
    } catch (thrown) {
      return failureOf(`capture ${this.#label}`, thrown);
    }
  }

  /** Lets the interface, and its namespace, go. */
  detach(): void {
    this.#count();
    this.#ring?.close();
    this.#ring = undefined;
    this.#doubtful = true;
  }

  /** poll(2) reported an error: the interface went down. */
  doubt(): void {
    this.#ring?.clearError();
    this.#doubtful = true;
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

  /** A frame came. */
  trust(): void {
    this.#doubtful = false;
  }

  counts(): InterfaceCounts {
    this.#count();
    return { received: this.#received, dropped: this.#dropped };
  }

  #count(): void {
    const { received, dropped } = this.#ring?.counts() ?? { received: 0, dropped: 0 };
    this.#received += received;
    this.#dropped += dropped;
  }
}
