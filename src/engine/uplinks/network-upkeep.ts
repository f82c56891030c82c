import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import { nextExpiry } from '../../model/firewall-expiry.ts';
import type { Turns } from '../turns.ts';
import type { NameBook } from './name-book.ts';
import { namesOf } from './names-of.ts';
import type { LoadedProvider, NodeRules } from './node-rules.ts';
import type { ProviderResolvers } from './provider-resolvers.ts';

/** How often it is looked whether something is due. Milliseconds. */
const pause = 1000;

/** After how long rules are loaded again although that has not helped before. Milliseconds. */
const patience = 30_000;

/** A lab whose routed network is kept up. */
export interface KeptNetwork {
  readonly rules: Pick<NodeRules, 'providers'>;
  readonly resolvers: Pick<ProviderResolvers, 'look'>;
  readonly names: Pick<NameBook, 'of' | 'refresh'>;
  /** Whether a node still runs as it did when it was given its rules. */
  isThere(provider: LoadedProvider): boolean;
  /** Brings the rules of all nodes up to date. In a turn. */
  loadRules(): Promise<void>;
}

export interface NetworkUpkeepParts {
  readonly clock: Clock;
  /** Seconds since 1970. */
  readonly time: () => number;
  readonly turns: Turns;
  readonly network: () => KeptNetwork | undefined;
  readonly log: (message: string) => void;
}

/** Why the rules of a provider should be loaded again, and since when that is known. */
interface Tried {
  readonly why: string;
  readonly at: number;
}

/**
 * Keeps the rules of the routed network as they should be when nobody changes the lab: providers come to other name servers, names to other
 * addresses, and rules expire.
 */
export class NetworkUpkeep {
  readonly #parts: NetworkUpkeepParts;
  readonly #tried = new Map<string, Tried>();
  #isEnded = false;

  constructor(parts: NetworkUpkeepParts) {
    this.#parts = parts;
  }

  /** Looks from now on, about once a second. Resolves soon after it is ended. */
  async start(): Promise<void> {
    while (!this.#isEnded) {
      await this.#parts.clock.sleep(pause);
      if (this.#isEnded) return;
      try {
        await this.look();
      } catch (failure) {
        this.#parts.log(failure instanceof HostError ? failure.message : `internal: ${String(failure)}`);
      }
    }
  }

  /** Nothing more is begun. */
  close(): void {
    this.#isEnded = true;
  }

  /** Loads rules again where something is due. */
  async look(): Promise<void> {
    const network = this.#parts.network();
    if (network === undefined) return;
    const providers = network.rules.providers.filter((provider) => network.isThere(provider));
    const dues = await Promise.all(providers.map((provider) => this.#isDue(network, provider)));
    if (!dues.includes(true)) return;
    await this.#parts.turns.take(async () => {
      if (!this.#isEnded) await this.#parts.network()?.loadRules();
    });
  }

  /** What has been tried already is tried again after some time only. */
  async #isDue(network: KeptNetwork, provider: LoadedProvider): Promise<boolean> {
    const why = await this.#why(network, provider);
    const { name } = provider;
    const [tried, now] = [this.#tried.get(name), this.#parts.clock.now()];
    if (why === undefined) this.#tried.delete(name);
    if (why === undefined || (tried?.why === why && now < tried.at + patience)) return false;
    this.#tried.set(name, { why, at: now });
    return true;
  }

  async #why({ names, resolvers }: KeptNetwork, provider: LoadedProvider): Promise<string | undefined> {
    const { handle, name, network: loaded, time } = provider;
    const servers = await resolvers.look(name, handle);
    const wanted = namesOf(loaded);
    // Answers take their time, and are seen by the next look.
    names.refresh({ name, handle, servers }, wanted).catch((bug: unknown) => this.#parts.log(`internal: ${String(bug)}`));
    if (servers.join() !== loaded.resolvers.join()) return `name servers ${servers.join()}`;
    const meaning = (resolved: ReadonlyMap<string, readonly string[]>) =>
      wanted.map((each) => `${each} ${resolved.get(each)?.join()}`).join('; ');
    const means = meaning(names.of(name));
    if (means !== meaning(loaded.resolved)) return `names ${means}`;
    const ends = loaded.clients.flatMap(({ firewall }) => nextExpiry(firewall, time) ?? []);
    const next = Math.min(...ends);
    return next <= this.#parts.time() ? `expiry ${next}` : undefined;
  }
}
