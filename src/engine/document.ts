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

/** Keeps a lab's document: replaced atomically and synced before `save` resolves, so that what was acknowledged is never lost. */
export class DocumentStore {
  readonly #files: Files;
  readonly #path: string;
  readonly #parseSpec: (untrusted: unknown) => LabSpec;

  constructor(files: Files, path: string, parseSpec: (untrusted: unknown) => LabSpec) {
    this.#files = files;
    this.#path = path;
    this.#parseSpec = parseSpec;
  }

  /** undefined when there is none. Throws a HostError `document` when it is torn or of a newer weft. */
  async load(): Promise<LabDocument | undefined> {
    const text = await this.#files.readTextIfThere(this.#path);
    if (text === undefined) return undefined;
    try {
      return documentOf(JSON.parse(text), this.#parseSpec);
    } catch (failure) {
      throw new HostError('document', `${this.#path} is not a document that this weft understands: ${String(failure)}`, {
        hint: 'take the lab down and start it again',
        cause: failure,
      });
    }
  }

  async save(document: LabDocument): Promise<void> {
    await this.#files.makeDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')), 0o700);
    await this.#files.replace(this.#path, `${JSON.stringify(document)}\n`, { mode: 0o600, durable: true });
  }
}

function documentOf(untrusted: unknown, parseSpec: (untrusted: unknown) => LabSpec): LabDocument {
  if (typeof untrusted !== 'object' || untrusted === null) throw new Error('it is not an object');
  const { version, spec, running, unplugged } = untrusted as Record<string, unknown>;
  if (version !== 1) throw new Error(`version 1 expected, ${String(version)} found`);
  return { version, spec: parseSpec(spec), running: namesOf(running), unplugged: namesOf(unplugged) };
}

function namesOf(untrusted: unknown): readonly string[] {
  if (!Array.isArray(untrusted) || !untrusted.every((name) => typeof name === 'string'))
    throw new Error('a list of names was expected');
  return untrusted;
}
