import { HOST, type InterfaceSight, type KernelOp, type Netns, PANEL } from '../../boundary/kernel.ts';
import { LinkMonitor, type LinkNews, namespaceNumber } from '../netlink/link-monitor.ts';
import { type LinkInfo, listLinks } from '../netlink/links.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** For how long nothing must have been asked before what was made is looked at: making it is not to be slowed down. Milliseconds. */
const quiet = 1000;
/** How long news may gather before they are read, in milliseconds. */
const gathering = 5;
/** Namespaces that are looked at before other work has its turn. */
const slice = 25;
/** Datagrams that are read before other work has its turn. */
const burst = 500;

/**
 * Watches the lab's interfaces. The kernel tells of a namespace once it has a number in the panel, which it gets when it is first looked
 * at: until then it costs nothing. What carries no mark of this lab is not looked at, nor are the panel's own interfaces.
 */
export class LinkWatch {
  readonly #namespaces: Namespaces;
  readonly #mark: string;
  readonly #host: boolean;
  readonly #tell: (sights: readonly InterfaceSight[]) => void;
  /** Namespaces that the kernel tells of, by their numbers in the panel. */
  readonly #numbers = new Map<number, Netns>();
  /** What was last told of the interfaces of a namespace, by their indices. */
  readonly #told = new Map<Netns, Map<number, InterfaceSight>>();
  #unseen: Netns[] = [];
  #monitor: LinkMonitor | undefined;
  #surveying: NodeJS.Timeout | undefined;
  #reading: NodeJS.Timeout | undefined;

  constructor(
    namespaces: Namespaces,
    { lab, host }: { readonly lab: string; readonly host: boolean },
    tell: (sights: readonly InterfaceSight[]) => void,
  ) {
    this.#namespaces = namespaces;
    this.#mark = `weft ${lab} `;
    this.#host = host;
    this.#tell = tell;
  }

  start(): void {
    process.on('SIGIO', () => this.#readSoon());
    this.#namespaces.enter(PANEL);
    this.#monitor = LinkMonitor.open();
    this.#surveySoon();
  }

  /** Operations are about to be carried out: what they make is looked at once there are no more. */
  changing(ops: readonly KernelOp[]): void {
    if (this.#monitor === undefined) return;
    for (const op of ops) if (op.op === 'netns-delete') this.#forget(op.netns);
    this.#surveySoon();
  }

  #surveySoon(): void {
    clearTimeout(this.#surveying);
    this.#surveying = setTimeout(() => this.#survey(), quiet).unref();
  }

  #survey(): void {
    const watched = new Set(this.#numbers.values());
    const there = [...(this.#host ? [HOST] : []), ...this.#namespaces.names()];
    this.#unseen = there.filter((netns) => !watched.has(netns));
    this.#look();
  }

  /** Looks at namespaces that are not watched yet, some at a time. */
  #look(): void {
    const sights = this.#unseen.splice(0, slice).flatMap((netns) => this.#lookAt(netns));
    this.#namespaces.releaseSoon();
    if (sights.length > 0) this.#tell(sights);
    if (this.#unseen.length > 0) this.#surveying = setTimeout(() => this.#look(), 1).unref();
  }

  /** What is new since the namespace was last looked at. One that has just gone has nothing. */
  #lookAt(netns: Netns): readonly InterfaceSight[] {
    try {
      const panel = this.#namespaces.socket(PANEL);
      const number = namespaceNumber(panel, this.#namespaces.descriptor(netns));
      this.#numbers.set(number, netns);
      const told = this.#told.get(netns) ?? new Map<number, InterfaceSight>();
      this.#told.set(netns, told);
      const links = listLinks(panel, number);
      const there = new Set(links.map(({ index }) => index));
      const gone = [...told].filter(([index]) => !there.has(index));
      for (const [index] of gone) told.delete(index);
      return [...gone.map(([, sight]) => ({ ...sight, gone: true })), ...links.flatMap((link) => this.#news(told, netns, link))];
    } catch (thrown) {
      if (errnoOf(thrown) === undefined) throw thrown;
      return [];
    }
  }

  #readSoon(): void {
    if (this.#reading !== undefined) return;
    this.#reading = setTimeout(() => this.#read(), gathering).unref();
  }

  #read(): void {
    this.#reading = undefined;
    const sights: InterfaceSight[] = [];
    const fresh = new Set<string>();
    try {
      for (let count = 0; count < burst; count++) {
        const news = this.#monitor?.read();
        if (news === undefined) return;
        for (const one of news) sights.push(...this.#heard(one, fresh));
      }
      this.#readSoon();
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOBUFS') throw thrown;
      // Until all that it kept is read, the kernel tells nothing more.
      this.#readSoon();
      this.#numbers.clear();
      this.#surveySoon();
    } finally {
      if (sights.length > 0) this.#tell(settled(sights, fresh));
    }
  }

  #heard(news: LinkNews, fresh: Set<string>): readonly InterfaceSight[] {
    const netns = news.nsid === undefined ? undefined : this.#numbers.get(news.nsid);
    const told = netns === undefined ? undefined : this.#told.get(netns);
    if (netns === undefined || told === undefined) return [];
    const before = told.get(news.index);
    if (news.gone) {
      told.delete(news.index);
      return before === undefined ? [] : [{ ...before, gone: true }];
    }
    if (before === undefined) fresh.add(keyOf({ netns, name: news.name }));
    return this.#news(told, netns, news);
  }

  /** What is new about an interface that is there; one without our mark is not looked at, unless it had one. */
  #news(told: Map<number, InterfaceSight>, netns: Netns, link: LinkInfo): readonly InterfaceSight[] {
    const before = told.get(link.index);
    if (before === undefined && !link.alias.startsWith(this.#mark)) return [];
    const { name, up, carrier } = link;
    if (before !== undefined && before.name === name && before.up === up && before.carrier === carrier) return [];
    const sight: InterfaceSight = { netns, name, alias: before?.alias ?? link.alias, up, carrier, gone: false };
    told.set(link.index, sight);
    return before === undefined || before.name === name ? [sight] : [{ ...before, gone: true }, sight];
  }

  #forget(netns: Netns): void {
    this.#told.delete(netns);
    for (const [number, name] of this.#numbers) if (name === netns) this.#numbers.delete(number);
  }
}

/** An interface that is being made or removed changes several times at once: only what became of it is told. */
function settled(sights: readonly InterfaceSight[], fresh: ReadonlySet<string>): readonly InterfaceSight[] {
  const last = new Map(sights.map((sight, at) => [keyOf(sight), at]));
  const passing = (key: string) => fresh.has(key) || sights[last.get(key) ?? -1]?.gone === true;
  return sights.filter((sight, at) => last.get(keyOf(sight)) === at || !passing(keyOf(sight)));
}

function keyOf({ netns, name }: { readonly netns: Netns; readonly name: string }): string {
  return `${netns}/${name}`;
}
