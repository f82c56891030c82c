import type { Clock } from '../../boundary/clock.ts';
import type { NodeHandle } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import { resolverFile } from '../../boundary/resolver-file.ts';
import { nameServersIn } from './name-servers-in.ts';

const RESOLV_CONF = '/etc/resolv.conf';

/** How often a guest is asked at most. Milliseconds. */
const guestPause = 5000;

/** How long a guest is waited for. Milliseconds. */
const guestPatience = 2000;

/** A file that was written this little before it was read may have been written again since, at the same time as its clock counts. Milliseconds. */
const tooFresh = 2000;

/** What knowing the name servers of nodes takes. */
export interface ProviderResolversParts {
  readonly files: Pick<Files, 'readTextIfThere' | 'modified'>;
  readonly clock: Clock;
  /** The lab's runtime folder. */
  readonly run: string;
  /** Seconds since 1970. */
  readonly time: () => number;
}

/** What was read of a node's name servers. */
interface Reading {
  readonly servers: readonly string[];
  /** Of the guest that was read; undefined for a namespace. */
  readonly handle: NodeHandle | undefined;
  /** When the file was written, and when it was read; milliseconds since 1970. Of a namespace. */
  readonly modified: number | undefined;
  readonly read: number;
}

/** The name servers that nodes themselves use, as their own resolv.conf(5) says. */
export class ProviderResolvers {
  readonly #parts: ProviderResolversParts;
  readonly #readings = new Map<string, Reading>();
  /** When guests were asked last, by the clock. */
  readonly #asked = new WeakMap<NodeHandle, number>();
  readonly #asking = new Map<NodeHandle, Promise<void>>();

  constructor(parts: ProviderResolversParts) {
    this.#parts = parts;
  }

  /** What a namespace, or a guest with this handle, says now. A guest that does not answer soon counts as saying what it said last. */
  async read(name: string, handle: NodeHandle | undefined): Promise<readonly string[]> {
    if (handle === undefined) this.#readings.set(name, await this.#ofNamespace(name));
    else await this.#parts.clock.sleep(guestPatience, this.#ask(name, handle));
    return this.#known(name, handle)?.servers ?? [];
  }

  /** The same at a small price: a file that has not changed is not read again; a guest is asked now and then, and its answer seen later. */
  async look(name: string, handle: NodeHandle | undefined): Promise<readonly string[]> {
    const known = this.#known(name, handle);
    if (handle !== undefined) {
      const asked = this.#asked.get(handle) ?? Number.NEGATIVE_INFINITY;
      if (known === undefined || this.#parts.clock.now() >= asked + guestPause) void this.#ask(name, handle);
      return known?.servers ?? [];
    }
    if (known === undefined) return await this.read(name, handle);
    const { modified } = await this.#file(name);
    const isSame = modified === known.modified && (modified === undefined || known.read - modified > tooFresh);
    return isSame ? known.servers : await this.read(name, handle);
  }

  forget(name: string): void {
    this.#readings.delete(name);
  }

  #known(name: string, handle: NodeHandle | undefined): Reading | undefined {
    const known = this.#readings.get(name);
    return known?.handle === handle ? known : undefined;
  }

  /** Looked at before it is read: what is written meanwhile then shows as a change. */
  async #file(name: string): Promise<{ readonly name: string; readonly modified: number | undefined }> {
    const { files, run } = this.#parts;
    const own = resolverFile(run, name);
    const modified = await files.modified(own);
    return modified === undefined ? { name: RESOLV_CONF, modified: await files.modified(RESOLV_CONF) } : { name: own, modified };
  }

  async #ofNamespace(name: string): Promise<Reading> {
    const read = this.#parts.time() * 1000;
    const file = await this.#file(name);
    const text = await this.#parts.files.readTextIfThere(file.name);
    return { servers: nameServersIn(text ?? ''), handle: undefined, modified: file.modified, read };
  }

  /** Takes note of what a guest says, however late. One question at a time. */
  #ask(name: string, handle: NodeHandle): Promise<void> {
    const asking = this.#asking.get(handle) ?? this.#ofGuest(name, handle).finally(() => this.#asking.delete(handle));
    this.#asking.set(handle, asking);
    return asking;
  }

  async #ofGuest(name: string, handle: NodeHandle): Promise<void> {
    this.#asked.set(handle, this.#parts.clock.now());
    try {
      const text = await handle.readText?.(RESOLV_CONF);
      this.#readings.set(name, { servers: nameServersIn(text ?? ''), handle, modified: undefined, read: 0 });
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
    }
  }
}
