import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import type { PropertyText } from '../../../api/qubes/wire/property-text.ts';
import { type CurrentState, linesOf } from '../../../api/qubes/wire/qube-line.ts';
import { qubeProperties, readProperties } from '../properties.ts';
import { readVolume } from '../volumes.ts';

type Settings = Readonly<Record<string, string | undefined>>;

/** What the daemon says of qubes, each thing asked once, when it is first wanted. */
export class Ledger {
  readonly #client: QubesClient;
  readonly #asked = new Map<string, Promise<unknown>>();

  constructor(client: QubesClient) {
    this.#client = client;
  }

  properties(qube: string): Promise<ReadonlyMap<string, PropertyText>> {
    return this.#once(`properties ${qube}`, () => readProperties(this.#client, qubeProperties(qube)));
  }

  /** undefined where there is no such property. */
  async property(qube: string, name: string): Promise<PropertyText | undefined> {
    return (await this.properties(qube)).get(name);
  }

  state(qube: string): Promise<CurrentState> {
    return this.#once(`state ${qube}`, () => this.#client.currentState(qube));
  }

  tags(qube: string): Promise<readonly string[]> {
    return this.#once(`tags ${qube}`, () => this.#client.lines('admin.vm.tag.List', qube));
  }

  feature(qube: string, name: string): Promise<string | undefined> {
    return this.#once(`feature ${qube} ${name}`, () => this.#client.feature(qube, name));
  }

  volumes(qube: string): Promise<ReadonlyMap<string, Settings>> {
    return this.#once(`volumes ${qube}`, async () => {
      const names = linesOf(await this.#client.callForText('admin.vm.volume.List', qube));
      return new Map(await Promise.all(names.map(async (name) => [name, await readVolume(this.#client, qube, name)] as const)));
    });
  }

  #once<T>(question: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#asked.get(question) ?? ask();
    this.#asked.set(question, known);
    return known as Promise<T>;
  }
}
