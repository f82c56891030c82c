import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { LookUpName, NameAsker } from './look-up-name.ts';

/** How long an answer holds, whatever its server says. Milliseconds. */
const SHORTEST = 5_000;
const LONGEST = 300_000;

/** How long addresses are kept while nobody says anything else. Milliseconds beyond that. */
const STALE = 300_000;

/** The longest pause before a name that has failed is looked up again. Milliseconds. */
const PATIENCE = 60_000;

/** How long a name is kept of which no loaded rules speak: those that do may still be on their way into a guest. Milliseconds beyond its time. */
const UNSPOKEN = 60_000;

/** How long a command waits for names that nobody has looked up yet. Milliseconds. */
const FIRST = 2_000;

export interface NameBookParts {
  readonly lookUp: LookUpName;
  readonly clock: Clock;
  readonly warn: (message: string) => void;
}

/** What is known of one name. */
interface Entry {
  addresses: readonly string[];
  /** The name servers that were asked. */
  servers: string;
  /** When it is to be looked up again, and until when its addresses hold. By the clock. */
  next: number;
  until: number;
  failures: number;
  reason: string;
  isTold: boolean;
  asking: Promise<void> | undefined;
}

/** The addresses of names that firewalls speak of, as each provider sees them. */
export class NameBook {
  readonly #parts: NameBookParts;
  readonly #books = new Map<string, Map<string, Entry>>();

  constructor(parts: NameBookParts) {
    this.#parts = parts;
  }

  /** What names mean to a provider; those without an address are not in it. */
  of(provider: string): ReadonlyMap<string, readonly string[]> {
    const known = [...(this.#books.get(provider) ?? [])].filter(([, { addresses }]) => addresses.length > 0);
    return new Map(known.map(([name, { addresses }]) => [name, addresses]));
  }

  /** Looks up names that never were, and waits for the answers, not long. Who has no address then is told of. */
  async first(asker: NameAsker, names: readonly string[]): Promise<void> {
    const book = this.#book(asker.name);
    const fresh = names.filter((name) => !book.has(name));
    if (fresh.length === 0) return;
    const entries = fresh.map((name) => [name, this.#entry(asker.name, name)] as const);
    await this.#parts.clock.sleep(FIRST, Promise.all(fresh.map((name) => this.#ask(asker, name))));
    for (const [name, entry] of entries) this.#tell(asker.name, name, entry);
  }

  /** Looks up those of these names whose time has come, or that other servers were asked for; others are forgotten some time after theirs. */
  async refresh(asker: NameAsker, names: readonly string[]): Promise<void> {
    const book = this.#book(asker.name);
    const now = this.#parts.clock.now();
    for (const [name, { asking, next }] of book) {
      if (!names.includes(name) && asking === undefined && now >= next + UNSPOKEN) book.delete(name);
    }
    const due = names.filter((name) => {
      const entry = book.get(name);
      return entry === undefined || now >= entry.next || entry.servers !== asker.servers.join();
    });
    await Promise.all(due.map((name) => this.#ask(asker, name)));
  }

  #book(provider: string): Map<string, Entry> {
    const book = this.#books.get(provider) ?? new Map<string, Entry>();
    this.#books.set(provider, book);
    return book;
  }

  #entry(provider: string, name: string): Entry {
    const book = this.#book(provider);
    const entry = book.get(name) ?? unknown();
    book.set(name, entry);
    return entry;
  }

  /** One look at a time. */
  #ask(asker: NameAsker, name: string): Promise<void> {
    const entry = this.#entry(asker.name, name);
    entry.asking ??= this.#look(asker, name, entry).finally(() => {
      entry.asking = undefined;
    });
    return entry.asking;
  }

  async #look(asker: NameAsker, name: string, entry: Entry): Promise<void> {
    const { clock, lookUp } = this.#parts;
    if (entry.servers !== asker.servers.join()) entry.failures = 0;
    entry.servers = asker.servers.join();
    try {
      const { addresses, ttl } = await lookUp(asker, name);
      entry.addresses = [...new Set(addresses)].sort();
      entry.until = clock.now() + Math.min(Math.max(ttl * 1000, SHORTEST), LONGEST);
      entry.next = entry.until;
      entry.reason = 'it has no address';
      entry.failures = addresses.length > 0 ? 0 : entry.failures + 1;
      if (addresses.length > 0) entry.isTold = false;
      else this.#tell(asker.name, name, entry);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      entry.failures += 1;
      entry.next = clock.now() + Math.min(500 * 2 ** entry.failures, PATIENCE);
      entry.reason = failure.message;
      if (clock.now() > entry.until + STALE) entry.addresses = [];
      if (entry.failures > 1) this.#tell(asker.name, name, entry);
    }
  }

  /** Once, until it has addresses again. */
  #tell(provider: string, name: string, entry: Entry): void {
    if (entry.isTold || entry.addresses.length > 0) return;
    entry.isTold = true;
    this.#parts.warn(`${provider} cannot resolve ${name}, so nodes whose firewall speaks of it send nothing: ${entry.reason}`);
  }
}

function unknown(): Entry {
  const times = { next: 0, until: Number.NEGATIVE_INFINITY };
  return { addresses: [], servers: '', ...times, failures: 0, reason: 'no answer yet', isTold: false, asking: undefined };
}
