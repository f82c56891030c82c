import type { LabSpec } from '../model/lab-spec.ts';
import type { NewFile } from './file-set.ts';

/** Renders what `generate` writes of nodes, from the templates that the lab's folder and this installation have. */
export interface ScriptSource {
  /**
   * NODE.yaml and NODE of the named nodes, in the file's order. Rejects with a HostError `template` where a template is missing or cannot be
   * understood.
   */
  render(spec: LabSpec, nodes: ReadonlySet<string>): Promise<readonly NewFile[]>;
  /** Names of the templates that a lab whose input is in this folder can use, sorted. */
  templates(folder: string): Promise<readonly string[]>;
  /** The text of topology.dot. */
  print(spec: LabSpec): Promise<string>;
}
