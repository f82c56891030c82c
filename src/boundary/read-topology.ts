import type { Diagnostic, Source } from '../model/diagnostic.ts';
import type { Topology } from '../model/topology.ts';

/** How the text of a topology file is to be read. */
export interface ReadingOptions {
  /** The lab's name where the graph has none. */
  readonly defaultName: string;
  /** Names of the templates that exist. */
  readonly templates: readonly string[];
  /** Replaces the template of every node that has one. */
  readonly templateOverride?: string;
}

/** Reads the text of a topology file. Mistakes in it are diagnostics; with one that is an error there is no topology. */
export type ReadTopology = (
  source: Source,
  options: ReadingOptions,
) => Promise<{ readonly topology: Topology | undefined; readonly diagnostics: readonly Diagnostic[] }>;
