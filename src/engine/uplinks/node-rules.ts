import type { NodeHandle } from '../../boundary/driver.ts';
import type { Kernel, KernelFailure, KernelOp } from '../../boundary/kernel.ts';
import type { Flow } from '../../routing/flow.ts';
import type { NodeNetwork, ProviderNetwork } from '../../routing/node-network.ts';
import { nodeRules, noRules } from '../../routing/node-rules.ts';
import { flowAsSeen, forbiddenFlows } from './forbidden-flows.ts';
import { isForwarding, type Setting, settingsOf } from './forwarding-settings.ts';
import { forgetFlowsInGuest } from './guest-flows.ts';
import type { NameBook } from './name-book.ts';
import { namesOf } from './names-of.ts';
import type { ProviderResolvers } from './provider-resolvers.ts';
import { purgedBetween } from './purged-addresses.ts';
import type { RoutedLab } from './routed-lab.ts';

/** What keeping the rules of nodes takes. */
export interface NodeRulesParts {
  readonly kernel: Pick<Kernel, 'run' | 'flows'>;
  readonly resolvers: Pick<ProviderResolvers, 'read' | 'forget'>;
  readonly names: Pick<NameBook, 'of' | 'first'>;
  /** Whether a node is to run. */
  readonly wanted: (node: string) => boolean;
  /** Seconds since 1970. */
  readonly time: () => number;
}

/** What a guest is to load: a script of nft(8), and settings below /proc/sys that follow it. */
export interface GuestRules {
  readonly rules: string;
  readonly sysctls: readonly Setting[];
  /** Addresses that are no longer those of clients, or were given anew. */
  readonly purged: readonly string[];
}

/** What a node was last brought to. */
interface Applied {
  readonly text: string;
  readonly network: NodeNetwork | undefined;
  /** Of the guest that it was given to; undefined for a namespace. */
  readonly handle: NodeHandle | undefined;
  /** When it was compiled: seconds since 1970. */
  readonly time: number;
}

/** A provider, and the network that its rules are of. */
export interface LoadedProvider {
  readonly name: string;
  readonly network: ProviderNetwork;
  /** Of a guest. */
  readonly handle: NodeHandle | undefined;
  /** When they were compiled: seconds since 1970. */
  readonly time: number;
}

export interface LoadOptions {
  /** The namespaces have just been made, and hold no interface yet. */
  readonly beforeInterfaces?: boolean;
}

/** This many namespaces are given their rules at a time, so that other work finds its turn. */
const TOGETHER = 16;

interface Loading {
  readonly refusal: KernelFailure | undefined;
  readonly afterwards: KernelFailure | undefined;
}

interface Change extends Applied {
  /** Whether a client was reached by its own address until now. */
  readonly wasForwarding: boolean;
  readonly purged: readonly string[];
  /** Flows that go on although the new rules would not let them begin. */
  readonly isForbidden: ((flow: Flow) => boolean) | undefined;
}

/**
 * Keeps the packet filters of nodes as the routed network wants them. They are loaded before a node has an interface of it, and whenever they
 * change; what is as it should be is not loaded again. Only after its rules does a provider forward.
 */
export class NodeRules {
  readonly #parts: NodeRulesParts;
  readonly #routed: () => RoutedLab;
  readonly #applied = new Map<string, Applied>();

  constructor(parts: NodeRulesParts, routed: () => RoutedLab) {
    this.#parts = parts;
    this.#routed = routed;
  }

  /** Nodes that have rules, or still have some although they should not. */
  get nodes(): readonly string[] {
    return [...new Set([...this.#routed().members, ...this.#applied.keys()])];
  }

  isLoaded(node: string): boolean {
    return this.#applied.has(node);
  }

  /** The providers that have rules. */
  get providers(): readonly LoadedProvider[] {
    return [...this.#applied].flatMap(([name, { handle, network, time }]) =>
      network?.provider === undefined ? [] : [{ name, network: network.provider, handle, time }],
    );
  }

  /**
   * Brings these namespaces to their rules; gives what went wrong, a sentence each. Those that no longer exist are forgotten. Names that were
   * never looked up are waited for, not long; not `beforeInterfaces`, when nobody could answer. Then the rules are those for the clients that are
   * to run, so that nothing is to be loaded again once they are attached.
   */
  async load(namespaces: readonly string[], { beforeInterfaces = false }: LoadOptions = {}): Promise<readonly string[]> {
    const failures: string[] = [];
    for (let at = 0; at < namespaces.length; at += TOGETHER) {
      failures.push(...(await this.#loadSome(namespaces.slice(at, at + TOGETHER), beforeInterfaces)));
    }
    return failures;
  }

  /** What a guest lacks; undefined where nothing. Call `loaded` once it has it: it then also forgets the flows that the new rules forbid. */
  async forGuest(name: string, handle: NodeHandle): Promise<(GuestRules & { readonly loaded: () => Promise<void> }) | undefined> {
    const change = await this.#change(name, handle);
    if (change === undefined) return undefined;
    const { isForbidden, network, purged, text, wasForwarding } = change;
    const loaded = async () => {
      this.#remember(name, change);
      if (isForbidden !== undefined) await forgetFlowsInGuest(handle, isForbidden);
    };
    return { rules: text, sysctls: settingsOf(network, wasForwarding), purged, loaded };
  }

  /** What a guest may read of its own network; empty where it has none. */
  databaseOf(name: string): string {
    return this.#routed().isMember(name) ? this.#routed().databaseOf(name, this.#parts.time()) : '';
  }

  /** The node's namespace, or its guest, is no longer there. */
  forget(name: string): void {
    this.#applied.delete(name);
    this.#parts.resolvers.forget(name);
  }

  async #loadSome(namespaces: readonly string[], beforeInterfaces: boolean): Promise<readonly string[]> {
    const compiled = await Promise.all(
      namespaces.map(async (name) => ({ name, change: await this.#change(name, undefined, { beforeInterfaces }) })),
    );
    const due = compiled.flatMap(({ change, name }) => (change === undefined ? [] : [{ name, change }]));
    if (due.length === 0) return [];
    const loadings = await this.#loadEach(due);
    const failures: string[] = [];
    for (const [at, { change, name }] of due.entries()) {
      const { refusal, afterwards } = loadings[at] as Loading;
      if (afterwards !== undefined) failures.push(`${name}: ${afterwards.message}`);
      if (refusal !== undefined) {
        failures.push(`${name}: the rules of its network are not loaded, so it forwards nothing: ${refusal.message}`);
        continue;
      }
      this.#remember(name, change);
      failures.push(...(await this.#endForbidden(name, change)).map(({ message }) => `${name}: ${message}`));
    }
    return failures;
  }

  async #change(
    name: string,
    handle: NodeHandle | undefined,
    { beforeInterfaces = false }: LoadOptions = {},
  ): Promise<Change | undefined> {
    const known = this.#applied.get(name);
    const before = known?.handle === handle ? known : undefined;
    const { names, wanted: expects } = this.#parts;
    const time = this.#parts.time();
    const resolvers = this.#routed().isProvider(name) ? await this.#parts.resolvers.read(name, handle) : [];
    const facts = { resolvers, now: time, ...(beforeInterfaces ? { expects } : {}) };
    const compiled = () => this.#routed().networkOf(name, { ...facts, resolved: names.of(name) });
    const wanted = namesOf(compiled()?.provider);
    if (!beforeInterfaces && wanted.length > 0) await names.first({ name, handle, servers: resolvers }, wanted);
    const network = compiled();
    if (network === undefined && before === undefined) return undefined;
    const text = network === undefined ? noRules() : nodeRules(network);
    const change = {
      ...{ text, network, handle, time },
      wasForwarding: isForwarding(before?.network),
      // A namespace that was just made has seen nobody.
      purged: beforeInterfaces ? [] : purgedBetween(before?.network, network),
      isForbidden: forbiddenFlows(before?.network, network),
    };
    if (before?.text !== text) return change;
    // Other rules may mean the same for now, and expire at another time.
    this.#remember(name, change);
    return undefined;
  }

  /** Without its rules a node does not forward. Gives why they were refused, and what failed afterwards. */
  async #loadEach(due: readonly { readonly name: string; readonly change: Change }[]): Promise<readonly Loading[]> {
    const { kernel } = this.#parts;
    const refusals = await kernel.run(due.map(({ change, name }): KernelOp => ({ op: 'nft', netns: name, text: change.text })));
    const rest = due.map(({ change: { network, purged, wasForwarding }, name: netns }, at): readonly KernelOp[] => [
      ...settingsOf(refusals[at] === undefined ? network : undefined, wasForwarding).map(
        ({ key, value }): KernelOp => ({ op: 'sysctl', netns, key, value }),
      ),
      ...(purged.length === 0 ? [] : [{ op: 'flows-delete' as const, netns, addresses: purged }]),
    ]);
    const outcomes = await kernel.run(rest.flat());
    let next = 0;
    return rest.map(({ length }, at) => {
      const own = outcomes.slice(next, next + length);
      next += length;
      return { refusal: refusals[at], afterwards: own.find((outcome) => outcome !== undefined && outcome.code !== 'ENOENT') };
    });
  }

  /** Established connections pass without a look at the firewall: those that it forbids now have to be forgotten for it to hold. */
  async #endForbidden(netns: string, { isForbidden }: Change): Promise<readonly KernelFailure[]> {
    if (isForbidden === undefined) return [];
    const { kernel } = this.#parts;
    const flows = (await kernel.flows(netns)).filter((flow) => isForbidden(flowAsSeen(flow)));
    if (flows.length === 0) return [];
    const outcomes = await kernel.run(flows.map((flow): KernelOp => ({ op: 'flow-delete', netns, flow })));
    return outcomes.filter((outcome) => outcome !== undefined);
  }

  #remember(name: string, { handle, network, text, time }: Applied): void {
    if (network === undefined) this.#applied.delete(name);
    else this.#applied.set(name, { handle, network, text, time });
  }
}
