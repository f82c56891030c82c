import type { Clock } from '../../../boundary/clock.ts';
import { decodeUtf8, encodeUtf8 } from '../../../model/utf8.ts';
import { NO_ANSWER, QubesError } from '../qubes-error.ts';
import { decodeDefault, decodeProperties, decodeProperty, type PropertyText } from '../wire/property-text.ts';
import { type CurrentState, decodeCurrentState, decodeQubeLines, type ListedQube, linesOf } from '../wire/qube-line.ts';
import { ADMIN_VM, type QubesRequest } from '../wire/request.ts';
import { type Connect, exchange } from './exchange.ts';
import { type Follower, followEvents } from './follow-events.ts';

export interface QubesClientParts {
  readonly connect: Connect;
  readonly clock: Clock;
  /** In whose name calls are made; dom0 where left out. */
  readonly source?: string;
}

/** What a call may have beside its method and destination. */
export interface CallDetails {
  readonly argument?: string;
  readonly payload?: string | Uint8Array;
}

/** How often to look whether a qube has stopped, where the daemon cannot wait. Milliseconds. */
const lookEvery = 500;

/**
 * Talks to a daemon of the Admin API, of weft or of Qubes 4.1 to 4.4. Every call rejects with a QubesError where the daemon refuses, and with a
 * HostError where there is none. Properties of dom0 are those of the whole system.
 */
export class QubesClient {
  readonly #parts: QubesClientParts;

  constructor(parts: QubesClientParts) {
    this.#parts = parts;
  }

  /** Any call; gives the content of the reply. */
  async call(method: string, destination: string, details: CallDetails = {}): Promise<Uint8Array> {
    return await exchange(this.#parts.connect, this.#request(method, destination, details));
  }

  /** The same, as text. */
  async callForText(method: string, destination: string, details: CallDetails = {}): Promise<string> {
    return decodeUtf8(await this.call(method, destination, details));
  }

  /** All qubes, dom0 first; or the one that is named. */
  async list(qube: string = ADMIN_VM): Promise<readonly ListedQube[]> {
    return decodeQubeLines(await this.callForText('admin.vm.List', qube));
  }

  /** Daemons before 4.1.6 tell the power state alone. */
  async currentState(qube: string): Promise<CurrentState> {
    try {
      return decodeCurrentState(await this.callForText('admin.vm.CurrentState', qube));
    } catch (failure) {
      if (!isNoAnswer(failure)) throw failure;
      const [listed] = await this.list(qube);
      return { mem: 0, memStaticMax: 0, cputime: 0, powerState: listed?.state ?? 'NA' };
    }
  }

  /** All properties, by name; one by one where the daemon is older than 4.1.5. */
  async properties(qube: string): Promise<ReadonlyMap<string, PropertyText>> {
    try {
      return decodeProperties(await this.callForText(propertyMethod(qube, 'GetAll'), qube));
    } catch (failure) {
      if (!isNoAnswer(failure)) throw failure;
      const names = linesOf(await this.callForText(propertyMethod(qube, 'List'), qube));
      const read = async (name: string) => [name, await this.property(qube, name)] as const;
      return new Map(await Promise.all(names.map(read)));
    }
  }

  async property(qube: string, name: string): Promise<PropertyText> {
    const text = await this.callForText(propertyMethod(qube, 'Get'), qube, { argument: name });
    const property = decodeProperty(text);
    if (property === undefined) throw new QubesError(NO_ANSWER, `Failed to access '${name}' property`);
    return property;
  }

  /** undefined where there is no default. */
  async propertyDefault(qube: string, name: string): Promise<PropertyText | undefined> {
    return decodeDefault(await this.callForText(propertyMethod(qube, 'GetDefault'), qube, { argument: name }));
  }

  /** An empty value is none, of a property that names a qube. */
  async setProperty(qube: string, name: string, value: string): Promise<void> {
    await this.call(propertyMethod(qube, 'Set'), qube, { argument: name, payload: value });
  }

  async resetProperty(qube: string, name: string): Promise<void> {
    await this.call(propertyMethod(qube, 'Reset'), qube, { argument: name });
  }

  /** Names of features, tags, firewall rules...: what `admin.vm.WHAT.List` or another method gives a line each. */
  async lines(method: string, qube: string = ADMIN_VM): Promise<readonly string[]> {
    return linesOf(await this.callForText(method, qube));
  }

  /** undefined where the qube has no such feature. */
  async feature(qube: string, name: string): Promise<string | undefined> {
    try {
      return await this.callForText('admin.vm.feature.Get', qube, { argument: name });
    } catch (failure) {
      if (failure instanceof QubesError && failure.type === 'QubesFeatureNotFoundError') return undefined;
      throw failure;
    }
  }

  async setFeature(qube: string, name: string, value: string): Promise<void> {
    await this.call('admin.vm.feature.Set', qube, { argument: name, payload: value });
  }

  async hasTag(qube: string, tag: string): Promise<boolean> {
    return (await this.callForText('admin.vm.tag.Get', qube, { argument: tag })) === '1';
  }

  /** Replaces all rules, of which there has to be one. */
  async setFirewall(qube: string, rules: readonly string[]): Promise<void> {
    await this.call('admin.vm.firewall.Set', qube, { payload: rules.map((rule) => `${rule}\n`).join('') });
  }

  /** Stops a qube. A daemon that cannot wait is asked until the qube has stopped; one that knows no `force` refuses it. */
  async shutdown(
    qube: string,
    { force = false, wait = false }: { readonly force?: boolean; readonly wait?: boolean } = {},
  ): Promise<void> {
    const argument = [force ? ['force'] : [], wait ? ['wait'] : []].flat().join('+');
    try {
      await this.call('admin.vm.Shutdown', qube, { argument });
    } catch (failure) {
      if (!isNoAnswer(failure) || force || !wait) throw failure;
      await this.call('admin.vm.Shutdown', qube);
      while ((await this.currentState(qube)).powerState !== 'Halted') await this.#parts.clock.sleep(lookEvery);
    }
  }

  /** Makes a qube of a class, such as AppVM; of the default template where none is named. */
  async create(
    qubeClass: string,
    { name, label, template = '' }: { readonly name: string; readonly label: string; readonly template?: string },
  ): Promise<void> {
    const details = { argument: template, payload: `name=${name} label=${label}` };
    await this.call(`admin.vm.Create.${qubeClass}`, ADMIN_VM, details);
  }

  /** Tells what happens to a qube, or to all of them; see `followEvents`. */
  async follow(qube: string, follower: Follower): Promise<void> {
    await followEvents(this.#parts, this.#request('admin.Events', qube, {}), follower);
  }

  #request(method: string, destination: string, { argument = '', payload = '' }: CallDetails): QubesRequest {
    const source = this.#parts.source ?? ADMIN_VM;
    return { method, argument, source, destination, payload: typeof payload === 'string' ? encodeUtf8(payload) : payload };
  }
}

/** Properties of dom0 by this client are those of the system, which have methods of their own. */
function propertyMethod(qube: string, what: 'List' | 'Get' | 'GetAll' | 'GetDefault' | 'Set' | 'Reset'): string {
  return `admin.${qube === ADMIN_VM ? '' : 'vm.'}property.${what}`;
}

function isNoAnswer(failure: unknown): boolean {
  return failure instanceof QubesError && failure.type === NO_ANSWER;
}
