import type { NewFile } from '../../boundary/file-set.ts';
import type { KernelAbilities } from '../../boundary/kernel.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { ActiveLab, type HoldingParts } from '../active-lab.ts';
import { Lab, type LabParts } from '../lab.ts';
import { type MomentaryLinks, momentaryLinks } from '../links/momentary-links.ts';
import { driverFor, type NodeScript, readScripts } from '../nodes/read-scripts.ts';
import { RoutedLab } from '../uplinks/routed-lab.ts';
import { changedNodes } from './changed-nodes.ts';
import { connectionLinks, type DesiredState, wiredSpec } from './desired-state.ts';
import type { DocumentStore } from './document.ts';
import { outdatedNodes } from './outdated.ts';
import { ScriptFiles } from './script-files.ts';

/** A desired state, compiled, and what has to be written for it. */
export interface Compiled {
  readonly state: DesiredState;
  readonly lab: Lab;
  /** Nodes whose files are written anew, and those. */
  readonly rendered: ReadonlySet<string>;
  readonly files: readonly NewFile[];
  readonly gone: ReadonlySet<string>;
  readonly outdated: ReadonlyMap<string, string>;
}

export interface StateParts extends HoldingParts {
  readonly document: DocumentStore;
  /** Hears that another state is desired now, and on disk. */
  readonly became?: (before: DesiredState | undefined, after: DesiredState) => void;
}

/** The desired state of a lab, its document on disk, and the lab compiled from it: the three change together, or not at all. */
export class HeldLab {
  readonly #parts: StateParts;
  readonly #scripts: ScriptFiles;
  readonly momentary: MomentaryLinks = momentaryLinks();
  #state: DesiredState | undefined;
  #active: ActiveLab | undefined;
  #outdated: ReadonlyMap<string, string> = new Map();
  #uncopied: LabSpec | undefined;
  #copied: Promise<void> = Promise.resolve();

  constructor(parts: StateParts) {
    this.#parts = parts;
    this.#scripts = new ScriptFiles(parts);
  }

  get state(): DesiredState | undefined {
    return this.#state;
  }

  get active(): ActiveLab | undefined {
    return this.#active;
  }

  /** Why nodes that run are not what is desired of them, by name. */
  get outdated(): ReadonlyMap<string, string> {
    return this.#outdated;
  }

  /** Settles when topology.dot is that of the last file that was copied: nobody who changes the lab waits for it, but who ends it does. */
  get copied(): Promise<void> {
    return this.#copied;
  }

  /**
   * Has topology.dot follow the file that was taken last, where there is a new one, as `generate` would write it; a file of the user's own is never
   * written over. The printing begins once what the engine does now is done, an answer that is about to leave included.
   */
  copyFile(): void {
    const spec = this.#uncopied;
    this.#uncopied = undefined;
    if (spec === undefined) return;
    const path = `${spec.directory}/topology.dot`;
    if (spec.input === undefined || spec.input === path) return;
    const { clock, files, log, scripts } = this.#parts;
    this.#copied = this.#copied
      .then(async () => {
        await clock.sleep(0);
        await files.replace(path, await scripts.print(spec));
      })
      .catch((failure: unknown) => log(String(failure)));
  }

  /** Takes hold of a lab with this desired state, which is on disk already or will be with the next change. */
  async open(state: DesiredState, missingScripts: 'refused' | 'empty'): Promise<ActiveLab> {
    const { files, drivers, kernel, run } = this.#parts;
    const spec = wiredSpec(state);
    await this.#scripts.mend(state);
    const scripts = await readScripts(spec, files, drivers, missingScripts);
    await files.makeDirectory(`${run}/wires`, 0o700);
    const lab = new Lab({
      spec,
      connections: connectionLinks(state),
      scripts,
      routed: RoutedLab.of(state),
      ...this.#surroundings(kernel.abilities),
    });
    const active = await ActiveLab.hold(this.#parts, lab);
    this.#outdated = await outdatedNodes(spec, state.launched, this.#parts.scripts);
    this.#active = active;
    this.#hold(state);
    return active;
  }

  /** Brings the scripts that are launched next up to date with what is on disk. */
  async readScripts(active: ActiveLab): Promise<void> {
    if (this.#state !== undefined) await this.#scripts.mend(this.#state);
    active.lab.scripts = await readScripts(active.lab.spec, this.#parts.files, this.#parts.drivers, 'refused');
  }

  /** Compiles another state for a look; nothing is changed, and nothing written. */
  async compile(next: DesiredState, active: ActiveLab): Promise<Compiled> {
    const { drivers, kernel, scripts: source } = this.#parts;
    const spec = wiredSpec(next);
    const { rendered, gone } = changedNodes(active.lab.parts.spec.topology, spec.topology);
    const files = rendered.size === 0 ? [] : await source.render(spec, rendered);
    const kinds = new Map(spec.topology.nodes.map(({ name, kind }) => [name, kind]));
    const scripts = new Map<string, NodeScript>(active.lab.scripts);
    for (const name of gone) scripts.delete(name);
    for (const { name, content } of files) {
      const kind = kinds.get(name);
      if (kind === undefined || !rendered.has(name)) continue;
      const text = String(content);
      scripts.set(name, { text, capabilities: driverFor(drivers, kind).capabilities(text) });
    }
    const parts = {
      spec,
      connections: connectionLinks(next),
      scripts,
      routed: RoutedLab.of(next),
      ...this.#surroundings(kernel.abilities),
    };
    const lab = new Lab({ ...parts, before: active.lab });
    return { state: next, lab, rendered, files, gone, outdated: await outdatedNodes(spec, next.launched, source) };
  }

  /** Makes a state the desired one: its scripts are written, then its document, then the lab follows. */
  async become(next: DesiredState, { durable = true }: { readonly durable?: boolean } = {}): Promise<void> {
    const active = this.#active;
    if (active === undefined) throw new Error('no lab is held');
    if (!this.#isCompiled(next)) return await this.take(await this.compile(next, active), { durable });
    await this.#parts.document.save(next, { durable });
    this.#hold(next);
  }

  /**
   * The same with a state that is compiled already. A failure before the document is on disk leaves all as it was. What is found out again
   * after a crash of the machine need not be `durable`.
   */
  async take(compiled: Compiled, { durable = true }: { readonly durable?: boolean } = {}): Promise<void> {
    const active = this.#active;
    if (active === undefined) throw new Error('no lab is held');
    const { state, lab, rendered, files, gone, outdated } = compiled;
    const { directory } = state.spec;
    try {
      await this.#scripts.write(directory, rendered, files);
      await this.#parts.document.save(state, { durable });
    } catch (refusal) {
      await this.#takeFilesBack();
      throw refusal;
    }
    await this.#scripts.followed(directory, { gone, written: files.length > 0 });
    const fileChanged = this.#state?.spec.topology !== state.spec.topology;
    await active.follow(lab.follow(active.lab));
    this.#outdated = outdated;
    this.#hold(state);
    if (fileChanged) this.#uncopied = state.spec;
  }

  /** What these nodes were launched as counts no longer: their processes have ended. */
  async forgetLaunched(nodes: ReadonlySet<string>): Promise<void> {
    const state = this.#state;
    if (state === undefined || !Object.keys(state.launched).some((name) => nodes.has(name))) return;
    await this.become({
      ...state,
      launched: Object.fromEntries(Object.entries(state.launched).filter(([name]) => !nodes.has(name))),
    });
  }

  /** Whether the lab as it is compiled now is also that of another state. */
  #isCompiled(next: DesiredState): boolean {
    const now = this.#state;
    if (now === undefined) return false;
    const members = ['spec', 'changes', 'pins', 'connections', 'uplinks', 'numbers', 'connectionChanges', 'launched'] as const;
    return members.every((member) => now[member] === next[member]);
  }

  /** Where the disk refuses that, too, the next start of a node does it, or the next engine. */
  async #takeFilesBack(): Promise<void> {
    if (this.#state === undefined) return;
    try {
      await this.#scripts.mend(this.#state);
    } catch (failure) {
      this.#parts.log(`scripts are not as the lab is desired: ${String(failure)}`);
    }
  }

  #surroundings(abilities: KernelAbilities): Pick<LabParts, 'abilities' | 'socketFolder' | 'momentary'> {
    return { abilities, socketFolder: `${this.#parts.run}/wires`, momentary: this.momentary };
  }

  #hold(state: DesiredState): void {
    const before = this.#state;
    this.#state = state;
    for (const record of this.#active?.lab.records.values() ?? []) record.wanted = state.running.has(record.name);
    this.#parts.became?.(before, state);
  }
}
