import type { NewFile, WriteFileSet } from '../../boundary/file-set.ts';
import type { Files } from '../../boundary/files.ts';
import type { ScriptSource } from '../../boundary/script-source.ts';
import { isGenerated } from '../../model/topology.ts';
import { changedNodes } from './changed-nodes.ts';
import { type DesiredState, wiredSpec } from './desired-state.ts';

/** What keeping the files of nodes takes. */
export interface ScriptFilesParts {
  readonly files: Pick<Files, 'readTextIfThere' | 'replace' | 'remove' | 'removeAll'>;
  readonly scripts: Pick<ScriptSource, 'render'>;
  readonly writeFileSet: WriteFileSet;
  /** The lab's runtime folder. */
  readonly run: string;
}

/**
 * The files of nodes, NODE and NODE.yaml. They are written before the document that asks for them and removed after it, so that a node that it
 * names always finds its own. As long as files are ahead of the document a list in the runtime folder says whose: whoever finds it takes them back.
 */
export class ScriptFiles {
  readonly #parts: ScriptFilesParts;
  readonly #list: string;

  constructor(parts: ScriptFilesParts) {
    this.#parts = parts;
    this.#list = `${parts.run}/files-ahead`;
  }

  /** Writes the files of these nodes, for a document that follows. Rejects with a HostError; the files are as they were then. */
  async write(directory: string, nodes: ReadonlySet<string>, files: readonly NewFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.#parts.files.replace(this.#list, [...nodes].join('\n'));
    await this.#parts.writeFileSet(directory, files);
  }

  /** The document is on disk: files of nodes that it no longer names go. */
  async followed(
    directory: string,
    { gone, written }: { readonly gone: Iterable<string>; readonly written: boolean },
  ): Promise<void> {
    await this.#remove(directory, gone);
    if (written) await this.#parts.files.remove(this.#list);
  }

  /**
   * Brings files to what a state says: of nodes that commands have changed, or that keep their MACs, since what `generate` wrote knows only the
   * topology's file; and of those whose files were written for a state that never came to be.
   */
  async mend(state: DesiredState): Promise<void> {
    const spec = wiredSpec(state);
    const names = new Set(spec.topology.nodes.filter(isGenerated).map(({ name }) => name));
    const ahead = ((await this.#parts.files.readTextIfThere(this.#list)) ?? '').split('\n').filter((name) => name !== '');
    const { rendered } = changedNodes(state.spec.topology, spec.topology);
    const due = new Set([...rendered, ...ahead.filter((name) => names.has(name))]);
    if (due.size > 0) await this.#parts.writeFileSet(spec.directory, await this.#parts.scripts.render(spec, due));
    if (ahead.length === 0) return;
    await this.followed(spec.directory, { gone: ahead.filter((name) => !names.has(name)), written: true });
  }

  async #remove(directory: string, nodes: Iterable<string>): Promise<void> {
    const files = [...nodes].flatMap((name) => ['', '.yaml', '.pid'].map((ending) => `${directory}/${name}${ending}`));
    if (files.length > 0) await this.#parts.files.removeAll(files);
  }
}
