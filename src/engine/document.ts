import type { Files } from '../boundary/files.ts';
import { HostError } from '../boundary/host-error.ts';
import type { LabSpec } from '../model/lab-spec.ts';

/** The desired state of a lab, as it is kept on disk. */
export interface LabDocument {
  readonly version: 1;
  readonly spec: LabSpec;
  /** Nodes that should run. */
  readonly running: readonly string[];
  /** Ports that a user unplugged, `NODE:PORT`. */
  readonly unplugged: readonly string[];
}

/**
 * Keeps a lab's document: replaced atomically and synced before `save` resolves, so that what was acknowledged is never lost, neither by a
 * full disk nor by a process that is killed half-way. One that cannot be read is never overwritten: the next save sets it aside first.
 */
export class DocumentStore {
  readonly #files: Files;
  readonly #path: string;
  readonly #parseSpec: (untrusted: unknown) => LabSpec;
  #acknowledged: LabDocument | undefined;
  #unreadable: string | undefined;

  constructor(files: Files, path: string, parseSpec: (untrusted: unknown) => LabSpec) {
    this.#files = files;
    this.#path = path;
    this.#parseSpec = parseSpec;
  }

  /** What is on disk: the document that was last loaded or saved. A change whose save fails is to be taken back to it. */
  get acknowledged(): LabDocument | undefined {
    return this.#acknowledged;
  }

  /** undefined when there is none. Throws a HostError `document` when it is torn or of a newer weft; it stays where it is then. */
  async load(): Promise<LabDocument | undefined> {
    const text = await this.#files.readTextIfThere(this.#path);
    this.#acknowledged = undefined;
    this.#unreadable = undefined;
    if (text === undefined) return undefined;
    try {
      this.#acknowledged = documentOf(JSON.parse(text), this.#parseSpec);
      return this.#acknowledged;
    } catch (failure) {
      this.#unreadable = text;
      throw unreadable(this.#path, failure);
    }
  }

  /** Throws a HostError when the disk refuses; the document that was there before is then still there. */
  async save(document: LabDocument): Promise<void> {
    await this.#files.makeDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')), 0o700);
    if (this.#unreadable !== undefined) {
      await this.#files.replace(`${this.#path}${setAside}`, this.#unreadable, { mode: 0o600, durable: true });
      this.#unreadable = undefined;
    }
    await this.#files.replace(this.#path, `${JSON.stringify(document)}\n`, { mode: 0o600, durable: true });
    this.#acknowledged = document;
  }
}

/** What the name of a document that could not be read ends with, once another has taken its place. */
export const setAside = '.unreadable';

class NewerVersion extends Error {}

function unreadable(path: string, failure: unknown): HostError {
  const newer = failure instanceof NewerVersion;
  const reason = newer
    ? failure.message
    : failure instanceof SyntaxError
      ? 'it is torn, or was changed by hand'
      : 'it does not describe a lab';
  const hint = newer
    ? 'use the weft that wrote it, or end the lab with `weft down`'
    : `what runs goes on: \`weft up\` reads the topology again and takes it over, \`weft down\` ends it; changes made by commands are in ${path} alone`;
  return new HostError('document', `the lab's document ${path} cannot be read: ${reason}`, { hint, cause: failure });
}

function documentOf(untrusted: unknown, parseSpec: (untrusted: unknown) => LabSpec): LabDocument {
  if (typeof untrusted !== 'object' || untrusted === null) throw new Error('it is not an object');
  const { version, spec, running, unplugged } = untrusted as Record<string, unknown>;
  if (typeof version === 'number' && version > 1) throw new NewerVersion(`version 1 expected, version ${version} found`);
  if (version !== 1) throw new Error('it has no version');
  return { version, spec: parseSpec(spec), running: namesOf(running), unplugged: namesOf(unplugged) };
}

function namesOf(untrusted: unknown): readonly string[] {
  if (!Array.isArray(untrusted) || !untrusted.every((name) => typeof name === 'string'))
    throw new Error('a list of names was expected');
  return untrusted;
}
