import { macPlan } from '../../address/mac-plan.ts';
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

/** Reads topology files for commands, and remembers the last of what was read: a long-lived process reads faster than a fresh one. */
export class Readings {
  readonly #read: ReadTopology;
  readonly #clock: Clock;
  readonly #specs = new Map<number, LabSpec>();
  #number = 0;

  constructor(read: ReadTopology, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  /** Reads a text as that of a running lab, which keeps its name and its graph's. */
  async read({ text, path, defaultName, templates, ...place }: FileText, running: LabSpec): Promise<Reading> {
    const template = place.template ?? running.template;
    const { topology, diagnostics } = await this.#read(
      { path, text },
      { defaultName, templates, ...(template === undefined ? {} : { templateOverride: template }) },
    );
    if (topology === undefined) return { diagnostics, natures: [] };
    const named: Topology = { ...topology, name: running.topology.name };
    const own = { ...place, ...(template === undefined ? {} : { template }) };
    const spec = { name: running.name, ...own, topology: withSharedParts(named, running.topology) };
    const number = this.#remember(spec);
    // Whoever has the file read looks at the answer first: meanwhile the addresses are found out that a plan or an apply asks for next.
    void this.#clock.sleep(0).then(() => macPlan(spec.topology));
    const known = naturesOf(running.topology);
    return { diagnostics, number, natures: [...naturesOf(topology)].flatMap(([key, nature]) => (known.has(key) ? [] : nature)) };
  }

  /** What was read under a number; HostError `no-such-reading` once it is forgotten. */
  spec(number: number): LabSpec {
    const spec = this.#specs.get(number);
    if (spec !== undefined) return spec;
    throw new HostError('no-such-reading', 'the engine does not remember what it read of the file', {
      hint: 'it was started anew, or has read others since: repeat the command',
    });
  }

  #remember(spec: LabSpec): number {
    this.#number += 1;
    this.#specs.set(this.#number, spec);
    this.#specs.delete(this.#number - remembered);
    return this.#number;
  }
}

function naturesOf({ nodes }: Topology): ReadonlyMap<string, NodeNature> {
  const natures = new Map<string, NodeNature>();
  for (const node of nodes) {
    const { kind, template } = node;
    if (isGenerated(node)) natures.set(`${kind} ${template}`, { kind, template });
  }
  return natures;
}
