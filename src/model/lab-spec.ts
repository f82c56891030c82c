import type { Topology } from './topology.ts';

/** A lab as the file describes it, and where its files are. All paths are absolute. */
export interface LabSpec {
  readonly name: string;
  /** Where NODE, NODE.yaml, NODE.log... are. */
  readonly directory: string;
  /** Where relatively named images are looked up: the folder of the input file. */
  readonly files: string;
  /** The file that the user wrote, where one is known: it is never written over. */
  readonly input?: string | undefined;
  /** The template that takes the place of those that the file names (`--template`). */
  readonly template?: string | undefined;
  readonly topology: Topology;
}
