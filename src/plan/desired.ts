/** What should be. Made from the topology and from what users asked for. */
export interface DesiredLab {
  /** Nodes that run something. */
  readonly nodes: readonly DesiredNode[];
  /** Links that weft carries (two scripts that wire themselves are not among them). */
  readonly links: readonly DesiredLink[];
}

export interface DesiredNode {
  readonly name: string;
  readonly kind: 'vm' | 'namespace';
  readonly running: boolean;
}

export interface DesiredLink {
  readonly id: string;
  /** The nodes at its ends; hubs and the host are not nodes that run, so they are not named here. */
  readonly nodes: readonly string[];
  /** False when a user unplugged it. */
  readonly on: boolean;
  /** True where it is a part of a shared segment, which floods once all of its links are made. */
  readonly shared?: boolean;
}
