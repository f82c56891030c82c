import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ReadTopology } from '../../boundary/read-topology.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { withSharedParts } from '../../model/shared-parts.ts';
import { isGenerated, type Topology, type TopologyNode } from '../../model/topology.ts';

/** The text of a topology file, where the lab's files are, and how to read it. */
export interface FileText extends Omit<LabSpec, 'name' | 'topology'> {
  readonly text: string;
  /** What people know the file by. */
  readonly path: string;
  /** The lab's name where the graph has none. */
  readonly defaultName: string;
  /** Names of the templates that there are. */
  readonly templates: readonly string[];
}

/** What a node needs of the machine follows from these. */
export type NodeNature = Pick<TopologyNode, 'kind' | 'template'>;

/** What a text says. */
export interface Reading {
  readonly diagnostics: readonly Diagnostic[];
  /** Stands for the lab that the text describes; left out where a diagnostic is an error. */
  readonly number?: number;
  /** What nodes are that run something, as far as the running lab has none that are the same: each nature once. */
  readonly natures: readonly NodeNature[];
}

/** Who asks again for what was read is quick, or reads again. */
const remembered = 4;

/** What was read, and all that the answer came from. */
interface Read {
  readonly number: number;
  readonly file: FileText;
  readonly running: LabSpec;
  readonly diagnostics: readonly Diagnostic[];
  /** undefined where a diagnostic is an error. */
  readonly spec: LabSpec | undefined;
}

/** Reads topology files for commands, and remembers the last of what was read: a long-lived process reads faster than a fresh one. */
export class Readings {
  readonly #read: ReadTopology;
  readonly #clock: Clock;
  readonly #prepare: (spec: LabSpec) => void;
  #reads: readonly Read[] = [];
  #number = 0;

  /** `prepare` hears of what was read: a plan or an apply will ask for it next. */
  constructor(read: ReadTopology, clock: Clock, prepare: (spec: LabSpec) => void) {
    this.#read = read;
    this.#clock = clock;
    this.#prepare = prepare;
  }

  /** Reads a text as that of a running lab, which keeps its name and its graph's. */
  async read(file: FileText, running: LabSpec): Promise<Reading> {
    const known = this.#reads.find((read) => isStill(read, file, running));
    const { diagnostics, spec, number } = known ?? (await this.#readAnew(file, running));
    if (spec === undefined) return { diagnostics, natures: [] };
    const there = naturesOf(running.topology);
    const natures = [...naturesOf(spec.topology)].flatMap(([key, nature]) => (there.has(key) ? [] : nature));
    return { diagnostics, number, natures };
  }

  /** What was read under a number; HostError `no-such-reading` once it is forgotten. */
  spec(number: number): LabSpec {
    const spec = this.#reads.find((read) => read.number === number)?.spec;
    if (spec !== undefined) return spec;
    throw new HostError('no-such-reading', 'the engine does not remember what it read of the file', {
      hint: 'it was started anew, or has read others since: repeat the command',
    });
  }

  async #readAnew(file: FileText, running: LabSpec): Promise<Read> {
    const { text, path, defaultName, templates, ...place } = file;
    const template = place.template ?? running.template;
    const { topology, diagnostics } = await this.#read(
      { path, text },
      { defaultName, templates, ...(template === undefined ? {} : { templateOverride: template }) },
    );
    const own = { name: running.name, ...place, ...(template === undefined ? {} : { template }) };
    const spec = topology && {
      ...own,
      topology: withSharedParts({ ...topology, name: running.topology.name }, running.topology),
    };
    this.#number += 1;
    const read = { number: this.#number, file, running, diagnostics, spec };
    this.#reads = [...this.#reads.slice(1 - remembered), read];
    // Whoever has the file read looks at the answer first. What is wrong is told to who asks for it.
    if (spec !== undefined)
      this.#clock
        .sleep(0)
        .then(() => this.#prepare(spec))
        .catch(() => undefined);
    return read;
  }
}

/** Whether a text that was read says the same when it is read as the file of this lab, which may have taken it over since. */
function isStill({ file, spec, running: before }: Read, asked: FileText, running: LabSpec): boolean {
  const sameLab = before.topology === running.topology || spec?.topology === running.topology;
  const samePlaces = (['directory', 'files', 'input', 'defaultName', 'template'] as const).every(
    (member) => file[member] === asked[member],
  );
  const sameNames = file.templates.join('/') === asked.templates.join('/') && nameOf(file.path) === nameOf(asked.path);
  return sameLab && before.template === running.template && samePlaces && sameNames && file.text === asked.text;
}

/** All of a path that a reading depends on. */
function nameOf(path: string): string | undefined {
  return path.split('/').at(-1);
}

function naturesOf({ nodes }: Topology): ReadonlyMap<string, NodeNature> {
  const natures = new Map<string, NodeNature>();
  for (const node of nodes) {
    const { kind, template } = node;
    if (isGenerated(node)) natures.set(`${kind} ${template}`, { kind, template });
  }
  return natures;
}
