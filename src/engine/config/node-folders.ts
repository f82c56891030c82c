import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ReadTree, TreeFile } from '../../boundary/read-tree.ts';
import { KEYFILE_ENDING, KEYFILES, NODE_FOLDER_ENDING, PERSISTENT } from '../../keyfile/node-folder.ts';

/** What a guest gets of NODE.d/rw, and how much of it are keyfiles. */
const MOST = { bytes: 1024 * 1024, files: 1000 };

export interface NodeFoldersParts {
  readonly files: Pick<Files, 'list'>;
  readonly readTree: ReadTree;
  readonly warn: (message: string) => void;
}

/** The folders of nodes in a lab's directory: NODE.d. */
export class NodeFolders {
  readonly #parts: NodeFoldersParts;
  readonly #directory: string;

  constructor(parts: NodeFoldersParts, directory: string) {
    this.#parts = parts;
    this.#directory = directory;
  }

  pathOf(node: string): string {
    return `${this.#directory}/${node}${NODE_FOLDER_ENDING}`;
  }

  /** Those of these nodes that have a folder of their own. */
  async among(nodes: readonly string[]): Promise<ReadonlySet<string>> {
    if (nodes.length === 0) return new Set();
    try {
      const there = new Set(await this.#parts.files.list(this.#directory));
      return new Set(nodes.filter((node) => there.has(`${node}${NODE_FOLDER_ENDING}`)));
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return new Set();
    }
  }

  /** What a guest gets as /rw. */
  async persistent(node: string): Promise<readonly TreeFile[]> {
    return await this.#read(node, PERSISTENT);
  }

  async keyfiles(node: string): Promise<readonly TreeFile[]> {
    const files = await this.#read(node, KEYFILES);
    return files.filter(({ name }) => name.endsWith(KEYFILE_ENDING) && !name.includes('/') && !name.startsWith('.'));
  }

  async #read(node: string, below: string): Promise<readonly TreeFile[]> {
    const folder = `${this.pathOf(node)}/${below}`;
    const { files, tooMuch } = await this.#parts.readTree(folder, MOST);
    if (!tooMuch) return files;
    this.#parts.warn(
      `${folder} holds more than ${MOST.bytes / 1024 / 1024} MiB or ${MOST.files} files: ${node} is given the first ${files.length} of them`,
    );
    return files;
  }
}
