import type { Change } from '../model/change.ts';
import type { NodeHappening } from '../model/lab-event.ts';
import type { NodeFailure } from '../model/outcome.ts';
import type { Topology, TopologyNode } from '../model/topology.ts';
import type { UplinkTree } from '../model/uplink-tree.ts';

/** What a node does. `starting`: it is launched, and not ready yet. */
export type NodeActivity = 'halted' | 'starting' | 'running' | 'paused' | 'stopping';

/** A lab at one moment: what is desired of it, what follows from that, and what its nodes do. */
export interface QubesView {
  readonly lab: string;
  readonly topology: Topology;
  /** All nodes, by name. */
  readonly nodes: ReadonlyMap<string, TopologyNode>;
  readonly tree: UplinkTree;
  /** The numbers of nodes that run something. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly activity: (node: string) => NodeActivity;
  /** Properties that follow from a node's place in the tree of uplinks, by the names of Qubes. */
  readonly derived: (node: string) => Readonly<Record<string, string | undefined>>;
}

/** What a node uses of the machine now. */
export interface NodeUsage {
  readonly memoryKib: number;
  /** Of all processors, since it was launched. Nanoseconds. */
  readonly processorTime: number;
}

/** What happens in a lab, as far as the Admin API tells of it. */
export type QubesNews =
  | { readonly kind: 'desired'; readonly before: QubesView; readonly after: QubesView }
  | {
      readonly kind: 'node';
      readonly node: string;
      readonly state: NodeHappening;
      readonly reason?: string;
      /** How it is stopped, where that is more than asking it to end. */
      readonly by?: 'force' | 'kill';
    }
  /** Rules were loaded again that are the same as before. */
  | { readonly kind: 'firewall'; readonly node: string }
  /** The interface of a client has been attached to its provider. */
  | { readonly kind: 'uplink'; readonly client: string; readonly provider: string };

/** Edits, or what they are to be in a lab that nobody else changes meanwhile. */
export type QubesEdits = readonly Change[] | ((view: QubesView) => readonly Change[]);

/** A lab, as the Admin API sees and changes it. What it refuses it rejects with a HostError. */
export interface QubesLab {
  /** Throws a HostError where the lab was never started. */
  view(): QubesView;
  /** undefined while the node does not run. */
  usage(node: string): Promise<NodeUsage | undefined>;
  readonly machine: { readonly memoryMib: number; readonly processors: number };
  /** Seconds since 1970. */
  now(): number;
  /** Edits what is desired: all of it, or nothing. */
  change(edits: QubesEdits): Promise<void>;
  /** Sees to it that the rules of a node's firewall are loaded where they count. */
  reloadFirewall(node: string): Promise<void>;
  /** Starts a node, after what provides its network, and waits until it is ready; the timeout is in seconds. */
  start(node: string, timeout: number): Promise<readonly NodeFailure[]>;
  /** Resolves when it has ended. */
  stop(node: string, how: { readonly kill: boolean; readonly force: boolean }): Promise<void>;
  pause(node: string, paused: boolean): Promise<void>;
  /** Does some work at once and then again so many milliseconds after it has ended, until the function that it gives is called. */
  every(milliseconds: number, work: () => Promise<void>): () => void;
  /** Tells what happens from now on, at once, until the function that it gives is called. */
  follow(tell: (news: QubesNews) => void): () => void;
}
