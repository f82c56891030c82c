/** What is, read back from the kernel. */
export interface ObservedLab {
  /** Nodes whose network namespace exists. */
  readonly namespaces: ReadonlySet<string>;
  /** Nodes whose process runs. */
  readonly processes: ReadonlySet<string>;
  /** Links all of whose interfaces exist and carry our mark. */
  readonly wires: ReadonlySet<string>;
}

export const nothing: ObservedLab = { namespaces: new Set(), processes: new Set(), wires: new Set() };
