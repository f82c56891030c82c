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
  /** It should stand still. */
  readonly paused?: boolean;
  /** Why the process that runs is not the one that is wanted; undefined where it is. */
  readonly outdated?: string | undefined;
}

export interface DesiredLink {
  readonly id: string;
  /** The nodes at its ends; hubs and the host are not nodes that run, so they are not named here. */
  readonly nodes: readonly string[];
  /** False when a user unplugged it. */
  readonly on: boolean;
  /** True where it is a part of a shared segment, which floods once all of its links are made. */
  readonly shared?: boolean;
  /** What its interfaces are to be like: two texts that differ are two states. */
  readonly settings?: string;
  /** What it does to frames: delay, loss, rate... Empty where nothing. */
  readonly conditions?: string;
  /** The ends that are network devices of virtual machines. */
  readonly plugs?: readonly DesiredPlug[];
}

/** A network device that a virtual machine should have while it runs. */
export interface DesiredPlug {
  readonly node: string;
  readonly port: string;
  readonly mac: string;
  /** What the device is connected to: a device at another place has to be plugged anew. */
  readonly place: string;
}
