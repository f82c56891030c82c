import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { noChanges, type TopologyChanges } from '../../model/topology-changes.ts';
import { type DesiredState, numbered } from './desired-state.ts';

/** The desired state of a lab, as it is kept on disk: the same, with lists in place of sets. */
export interface LabDocument extends Omit<DesiredState, 'running' | 'paused'> {
  readonly version: 2;
  readonly running: readonly string[];
  readonly paused: readonly string[];
}

/** How the parts of a document that come from users' files are checked. */
export interface DocumentParsers {
  readonly spec: (untrusted: unknown) => LabSpec;
  readonly changes: (untrusted: unknown) => TopologyChanges;
  readonly rest: (
    untrusted: unknown,
  ) => Pick<DesiredState, 'connectionChanges' | 'connections' | 'uplinks' | 'deferred' | 'numbers' | 'pins' | 'launched'>;
}

/**
 * Keeps a lab's document: replaced atomically and synced before `save` resolves, so that what was acknowledged is never lost, neither by a
 * full disk nor by a process that is killed half-way. One that cannot be read is never overwritten: the next save sets it aside first.
 */
export class DocumentStore {
  readonly #files: Files;
  readonly #path: string;
  readonly #parsers: DocumentParsers;
  #acknowledged: DesiredState | undefined;
  #unreadable: string | undefined;

  constructor(files: Files, path: string, parsers: DocumentParsers) {
    this.#files = files;
    this.#path = path;
    this.#parsers = parsers;
  }

  /** What is on disk: the document that was last loaded or saved. A change whose save fails is to be taken back to it. */
  get acknowledged(): DesiredState | undefined {
    return this.#acknowledged;
  }

  /** undefined when there is none. Throws a HostError `document` when it is torn or of a newer weft; it stays where it is then. */
  async load(): Promise<DesiredState | undefined> {
    const text = await this.#files.readTextIfThere(this.#path);
    this.#acknowledged = undefined;
    this.#unreadable = undefined;
    if (text === undefined) return undefined;
    try {
      this.#acknowledged = numbered(documentOf(JSON.parse(text), this.#parsers));
      return this.#acknowledged;
    } catch (failure) {
      this.#unreadable = text;
      throw unreadable(this.#path, failure);
    }
  }

  /**
   * Throws a HostError when the disk refuses; the document that was there before is then still there. What can be found out again after a
   * crash of the machine need not be `durable`: it outlives the engine all the same.
   */
  async save(state: DesiredState, { durable = true }: { readonly durable?: boolean } = {}): Promise<void> {
    if (this.#unreadable !== undefined) {
      await this.#files.replace(`${this.#path}${setAside}`, this.#unreadable, { mode: 0o600, durable: true });
      this.#unreadable = undefined;
    }
    await this.#replace(`${JSON.stringify(documentFor(state))}\n`, durable);
    this.#acknowledged = state;
  }

  /** The folder is made when it is found to be missing: most saves find it. */
  async #replace(text: string, durable: boolean): Promise<void> {
    const options = { mode: 0o600, durable };
    try {
      await this.#files.replace(this.#path, text, options);
    } catch (failure) {
      if (!(failure instanceof HostError) || failure.code !== 'ENOENT') throw failure;
      await this.#files.makeDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')), 0o700);
      await this.#files.replace(this.#path, text, options);
    }
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

function documentFor(state: DesiredState): LabDocument {
  return { version: 2, ...state, running: [...state.running], paused: [...state.paused] };
}

function documentOf(untrusted: unknown, parsers: DocumentParsers): DesiredState {
  if (typeof untrusted !== 'object' || untrusted === null) throw new Error('it is not an object');
  const { version, spec, running, ...rest } = untrusted as Record<string, unknown>;
  if (typeof version === 'number' && version > 2) throw new NewerVersion(`version 2 expected, version ${version} found`);
  if (version !== 1 && version !== 2) throw new Error('it has no version');
  const parsed = parsers.spec(spec);
  const own = { spec: parsed, running: namesOf(running) };
  if (version === 1) return { ...own, ...unplugged(parsed, namesOf(rest['unplugged'])), ...bare };
  return { ...own, changes: parsers.changes(rest['changes']), paused: namesOf(rest['paused']), ...parsers.rest(rest) };
}

const bare = {
  paused: new Set<string>(),
  connectionChanges: {},
  connections: [],
  uplinks: [],
  deferred: {},
  numbers: {},
  pins: {},
  launched: {},
};

/** The first version kept the ports that a user had unplugged. */
function unplugged({ topology }: LabSpec, ports: ReadonlySet<string>): Pick<DesiredState, 'changes'> {
  const off = topology.links.filter(({ tail, head }) =>
    [tail, head].some(({ node, port }) => ports.has(`${node}:${port ?? ''}`)),
  );
  return { changes: { ...noChanges, links: Object.fromEntries(off.map(({ id }) => [id, { qn_link: 'off' }])) } };
}

function namesOf(untrusted: unknown): ReadonlySet<string> {
  if (!Array.isArray(untrusted) || !untrusted.every((name) => typeof name === 'string'))
    throw new Error('a list of names was expected');
  return new Set(untrusted);
}
