/** What can happen in a lab, by kind. `reason` is one sentence where there is more to say. */
export type LabHappening =
  /** The process of a node, and what it says of itself. `lost`: it ended by itself. `failed`: it could not be started. */
  | { readonly kind: 'node'; readonly node: string; readonly state: NodeHappening; readonly reason?: string }
  /** A wire, by its link's id. */
  | {
      readonly kind: 'link';
      readonly link: string;
      readonly nodes: readonly string[];
      readonly state: 'made' | 'removed' | 'refused';
      readonly reason?: string;
    }
  /** What a node sees of its port: a carrier, or none. */
  | {
      readonly kind: 'carrier';
      readonly node: string;
      readonly port: string;
      readonly state: 'up' | 'down';
      readonly reason?: string;
    }
  /** What became of a step of a change; `step` is its text as `plan` shows it. */
  | {
      readonly kind: 'step';
      readonly step: string;
      readonly nodes: readonly string[];
      readonly state: 'done' | 'failed' | 'undone';
      readonly reason?: string;
    }
  /** The desired state was edited; `change` says how, `door` which command or program asked for it. */
  | {
      readonly kind: 'change';
      readonly change: string;
      readonly nodes: readonly string[];
      readonly state: 'kept';
      readonly door: string;
      readonly reason?: string;
    }
  /** The lab's engine; `process` is its number on the machine. `adopted`: it found the lab running. */
  | { readonly kind: 'engine'; readonly process: number; readonly state: 'started' | 'adopted'; readonly reason?: string };

export type NodeHappening =
  | 'launching'
  | 'launched'
  | 'ready'
  | 'paused'
  | 'unpaused'
  | 'stopping'
  | 'stopped'
  | 'shutdown'
  | 'lost'
  | 'failed';

export type LabEventKind = LabHappening['kind'];

export const LAB_EVENT_KINDS: readonly LabEventKind[] = ['node', 'link', 'carrier', 'step', 'change', 'engine'];

/** When, and the how manieth event since the engine began: 1, 2, 3... */
export interface EventStamp {
  /** ISO 8601 in UTC, with milliseconds. */
  readonly at: string;
  readonly number: number;
}

/** In place of events that a reader who did not keep up has lost; `number` is that of the last one lost. */
export interface MissedEvents {
  readonly kind: 'missed';
  readonly count: number;
}

export type LabEvent = EventStamp & (LabHappening | MissedEvents);

/** Which events somebody wants to see. Left out means all. */
export interface EventChoice {
  readonly nodes?: readonly string[] | undefined;
  readonly kinds?: readonly LabEventKind[] | undefined;
}

/** True for events of a wanted kind that concern a wanted node; what concerns the whole lab concerns every node. */
export function isChosen(event: LabEvent, { nodes, kinds }: EventChoice): boolean {
  if (event.kind === 'missed') return true;
  if (kinds !== undefined && !kinds.includes(event.kind)) return false;
  const concerned = nodesOf(event);
  return nodes === undefined || concerned === undefined || concerned.some((node) => nodes.includes(node));
}

function nodesOf(event: LabHappening): readonly string[] | undefined {
  switch (event.kind) {
    case 'node':
    case 'carrier':
      return [event.node];
    case 'link':
    case 'step':
    case 'change':
      return event.nodes;
    case 'engine':
      return undefined;
  }
}
