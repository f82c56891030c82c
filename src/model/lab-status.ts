/**
 * `stopped`: not wanted, not there. `starting`: launched, not ready yet. `running`: ready. `lost`: wanted, and its process is gone.
 * `paused`: its virtual CPUs are stopped.
 */
export type NodeState = 'stopped' | 'starting' | 'running' | 'paused' | 'lost';

export interface PortStatus {
  readonly name: string;
  readonly mac: string;
  /** `NODE:PORT`, or `NODE` where the other end is a hub. */
  readonly peer: string;
  /** What the user asked for with `link`. */
  readonly link: 'on' | 'off';
  /** What the node sees: false when unplugged, or when the other end does not run. */
  readonly carrier: boolean;
  /** Addresses that the topology gives to the port, IP/PREFIX. */
  readonly addresses: readonly string[];
}

export interface NodeStatus {
  readonly name: string;
  readonly kind: string;
  readonly template: string;
  readonly state: NodeState;
  /** The machine's process number while the node runs. */
  readonly pid?: number;
  /** TCP ports that really listen on 127.0.0.1. */
  readonly console?: number;
  readonly monitor?: number;
  readonly ports: readonly PortStatus[];
  /** Why it is lost or could not start; one sentence. */
  readonly reason?: string;
}

export interface LabStatus {
  readonly lab: string;
  readonly directory: string;
  /** The machine's process number of the engine. */
  readonly engine: number;
  readonly nodes: readonly NodeStatus[];
  /** Why nobody knows what should run although something may: the lab's document cannot be read. `nodes` then are what the kernel shows. */
  readonly problem?: { readonly message: string; readonly hint?: string };
}
