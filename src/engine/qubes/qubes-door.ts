import type { Clock } from '../../boundary/clock.ts';
import type { Files } from '../../boundary/files.ts';
import type { NodeUsage, QubesEdits, QubesLab, QubesNews, QubesView } from '../../boundary/qubes-lab.ts';
import type { LabHappening } from '../../model/lab-event.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import type { NodeFailure, ProgressEvent } from '../../model/outcome.ts';
import { uplinkLink } from '../../plan/uplinks.ts';
import type { Edits } from '../changing.ts';
import type { DesiredState } from '../desired/desired-state.ts';
import type { HeldLab } from '../desired/held-lab.ts';
import { nothingHeld } from '../desired/nothing-held.ts';
import type { LabEvents } from '../events/lab-events.ts';
import { Disposables } from './disposables.ts';
import { LabViews, sameSight } from './lab-view.ts';
import { processUsage } from './node-usage.ts';

type Failures = Promise<{ readonly failures: readonly NodeFailure[] }>;
type Emit = (event: ProgressEvent) => void;

/** What the engine does for its callers, as far as this door needs it. */
export interface EngineActions {
  start(
    request: { readonly spec: LabSpec; readonly nodes: readonly string[]; readonly wait: boolean; readonly timeout: number },
    progress: Emit,
  ): Failures;
  stop(request: { readonly nodes: readonly string[]; readonly kill: boolean; readonly force: boolean }, progress: Emit): Failures;
  change(request: { readonly changes: Edits; readonly door: string }): Failures;
  pause(request: { readonly nodes: readonly string[]; readonly paused: boolean }): Failures;
}

export interface QubesDoorParts {
  readonly lab: string;
  readonly held: HeldLab;
  readonly engine: EngineActions;
  readonly events: LabEvents;
  readonly files: Files;
  readonly clock: Clock;
  readonly machine: QubesLab['machine'];
  /** The lab's runtime folder. */
  readonly run: string;
  /** Seconds since 1970. */
  readonly time: () => number;
  readonly log: (message: string) => void;
}

/** What events call this door. */
const DOOR = 'admin-api';

const unheard: Emit = () => undefined;

/** The door of the Admin API to a lab: looks at what is desired and at what is, passes changes on to the engine, and tells what happens. */
export class QubesDoor implements QubesLab {
  readonly #parts: QubesDoorParts;
  readonly #views: LabViews;
  readonly #disposables: Disposables;
  readonly #followers = new Set<(news: QubesNews) => void>();
  /** Nodes that are being stopped by more than a request to end. */
  readonly #forced = new Map<string, 'force' | 'kill'>();

  constructor(parts: QubesDoorParts) {
    this.#parts = parts;
    this.#views = new LabViews((node) => parts.held.active?.lab.records.get(node));
    const { engine, log } = parts;
    this.#disposables = new Disposables({
      view: () => this.view(),
      change: (changes) => engine.change({ changes, door: DOOR }),
      log,
    });
    parts.events.listen((happening) => this.#hear(happening));
  }

  get machine(): QubesLab['machine'] {
    return this.#parts.machine;
  }

  view(): QubesView {
    return this.#views.of(this.#state);
  }

  now(): number {
    return this.#parts.time();
  }

  async usage(node: string): Promise<NodeUsage | undefined> {
    const { files, held, run } = this.#parts;
    const pid = held.active?.lab.records.get(node)?.process?.hostPid;
    return pid === undefined ? undefined : await processUsage(files, `${run}/proc`, pid);
  }

  async change(edits: QubesEdits): Promise<void> {
    const changes = typeof edits === 'function' ? () => edits(this.view()) : edits;
    const { failures } = await this.#parts.engine.change({ changes, door: DOOR });
    for (const { node, message } of failures) this.#parts.log(`${node}: ${message}`);
  }

  async reloadFirewall(node: string): Promise<void> {
    await this.change([{ change: 'node', node, attributes: {} }]);
    this.#tell({ kind: 'firewall', node });
  }

  async start(node: string, timeout: number): Promise<readonly NodeFailure[]> {
    const { spec } = this.#state;
    return (await this.#parts.engine.start({ spec, nodes: [node], wait: true, timeout }, unheard)).failures;
  }

  async stop(node: string, { force, kill }: { readonly kill: boolean; readonly force: boolean }): Promise<void> {
    if (kill || force) this.#forced.set(node, kill ? 'kill' : 'force');
    try {
      await this.#parts.engine.stop({ nodes: [node], kill, force }, unheard);
    } finally {
      this.#forced.delete(node);
    }
  }

  async pause(node: string, paused: boolean): Promise<void> {
    await this.#parts.engine.pause({ nodes: [node], paused });
  }

  every(milliseconds: number, work: () => Promise<void>): () => void {
    const { clock, log } = this.#parts;
    const over = Promise.withResolvers<void>();
    let stopped = false;
    const go = async () => {
      while (!stopped) {
        await work();
        await clock.sleep(milliseconds, over.promise);
      }
    };
    go().catch((failure: unknown) => log(String(failure)));
    return () => {
      stopped = true;
      over.resolve();
    };
  }

  follow(tell: (news: QubesNews) => void): () => void {
    this.#followers.add(tell);
    return () => void this.#followers.delete(tell);
  }

  /** Hears that another state is desired and on disk. */
  became(before: DesiredState | undefined, after: DesiredState): void {
    if (before === undefined || this.#followers.size === 0 || sameSight(before, after)) return;
    const was = this.#views.of(before);
    this.#tell({ kind: 'desired', before: was, after: this.#views.of(after) });
  }

  /** The lab goes: disposables that end with it are not taken out of it. */
  close(): void {
    this.#disposables.close();
  }

  #hear(happening: LabHappening): void {
    if (happening.kind === 'node') {
      const by = this.#forced.get(happening.node);
      this.#tell({ ...happening, ...(by === undefined ? {} : { by }) });
      this.#disposables.hear(happening);
    }
    if (happening.kind !== 'link' || happening.state !== 'made') return;
    const uplink = this.#parts.held.state?.uplinks.find((each) => uplinkLink(each).id === happening.link);
    if (uplink !== undefined) this.#tell({ kind: 'uplink', client: uplink.client, provider: uplink.provider });
  }

  /** A follower that fails is not the engine's to suffer from. */
  #tell(news: QubesNews): void {
    for (const follower of this.#followers) {
      try {
        follower(news);
      } catch (failure) {
        this.#parts.log(`internal: ${failure instanceof Error ? failure.stack : String(failure)}`);
      }
    }
  }

  get #state(): DesiredState {
    const { state } = this.#parts.held;
    if (state === undefined) throw nothingHeld(this.#parts.lab);
    return state;
  }
}
