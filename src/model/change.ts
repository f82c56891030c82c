import type { Attributes, NodeKind } from './topology.ts';

/** Attributes to set; null takes one away. Features are attributes, too: `feature.NAME`. */
export type AttributeChanges = Readonly<Record<string, string | null>>;

/** One end of a link that is to be made. At a hub there is no port. */
export interface ChangedEnd {
  readonly node: string;
  readonly port: string | undefined;
}

/** One edit of the desired state, from whatever door it comes. */
export type Change =
  | {
      readonly change: 'create';
      readonly node: string;
      readonly kind: NodeKind;
      readonly template: string | undefined;
      readonly attributes: Attributes;
    }
  /** A node with the attributes of another; what only one node can have (MACs, TCP ports, links) is not copied. */
  | { readonly change: 'clone'; readonly node: string; readonly from: string }
  /** Takes a node and its links away. */
  | { readonly change: 'remove'; readonly node: string }
  | { readonly change: 'node'; readonly node: string; readonly attributes: AttributeChanges }
  /** Attributes of the graph: what the lab has as a whole, and what its nodes have that say nothing else. */
  | { readonly change: 'graph'; readonly attributes: AttributeChanges }
  | { readonly change: 'attach'; readonly tail: ChangedEnd; readonly head: ChangedEnd; readonly attributes: Attributes }
  /** Takes a link away, named by its id. */
  | { readonly change: 'detach'; readonly link: string }
  | { readonly change: 'link'; readonly link: string; readonly attributes: AttributeChanges };
