/** What is, read back from the kernel and the hypervisors. */
export interface ObservedLab {
  /** Nodes whose network namespace exists. */
  readonly namespaces: ReadonlySet<string>;
  /** Nodes whose process runs. */
  readonly processes: ReadonlySet<string>;
  /** Links all of whose interfaces exist and carry our mark. */
  readonly wires: ReadonlySet<string>;
  /** Nodes whose process stands still. */
  readonly paused: ReadonlySet<string>;
  /** Interfaces with our mark that belong to no link that is desired. */
  readonly strays: readonly StrayWire[];
  /** What links were last set to; links of which nobody knows are missing, and count as right. */
  readonly settings: ReadonlyMap<string, string>;
  /** What links do to frames now; a link that is missing does nothing, as far as known. */
  readonly conditions: ReadonlyMap<string, string>;
  /** Carrier of links; missing where nobody knows. */
  readonly carrier: ReadonlyMap<string, boolean>;
  /** Network devices of the virtual machines that can be asked, by node. */
  readonly plugs: ReadonlyMap<string, ObservedPlugs>;
}

/** The network devices of one virtual machine. */
export interface ObservedPlugs {
  readonly devices: readonly ObservedPlug[];
  /** How many more it can take while it runs; undefined where it takes none at all. */
  readonly spare: number | undefined;
}

/** What is left of a link that is no longer desired. */
export interface StrayWire {
  /** The link as its marks name it: `NODE:PORT--NODE:PORT`. */
  readonly link: string;
  readonly interfaces: readonly { readonly netns: string; readonly name: string }[];
}

export interface ObservedPlug {
  readonly port: string;
  readonly mac: string;
  /** As in DesiredPlug; undefined where the far side of the device is gone. */
  readonly place: string | undefined;
}

export const nothing: ObservedLab = {
  namespaces: new Set(),
  processes: new Set(),
  wires: new Set(),
  paused: new Set(),
  strays: [],
  settings: new Map(),
  conditions: new Map(),
  carrier: new Map(),
  plugs: new Map(),
};
