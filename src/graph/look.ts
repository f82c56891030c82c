import type { NodeKind } from '../model/topology.ts';

/** Colours of one node: its frame, its ground and its name. */
export interface Look {
  readonly line: string;
  readonly ground: string;
  readonly ink: string;
}

/** Running green, starting amber, lost red, stopped grey; `undefined` where the lab does not run: by kind. */
export type ShownState = 'running' | 'starting' | 'paused' | 'stopped' | 'lost' | undefined;

const BY_STATE: Readonly<Record<Exclude<ShownState, undefined>, Look>> = {
  running: { line: '#16a34a', ground: '#dcfce7', ink: '#14532d' },
  starting: { line: '#d97706', ground: '#fef3c7', ink: '#78350f' },
  paused: { line: '#7c3aed', ground: '#ede9fe', ink: '#4c1d95' },
  stopped: { line: '#94a3b8', ground: '#f1f5f9', ink: '#475569' },
  lost: { line: '#dc2626', ground: '#fee2e2', ink: '#7f1d1d' },
};

const BY_KIND: Readonly<Record<NodeKind, Look>> = {
  vm: { line: '#2563eb', ground: '#dbeafe', ink: '#1e3a8a' },
  namespace: { line: '#0891b2', ground: '#cffafe', ink: '#164e63' },
  hub: { line: '#64748b', ground: '#e2e8f0', ink: '#334155' },
  host: { line: '#7c3aed', ground: '#ede9fe', ink: '#4c1d95' },
  internet: { line: '#0284c7', ground: '#e0f2fe', ink: '#0c4a6e' },
  drawing: { line: '#94a3b8', ground: '#ffffff', ink: '#475569' },
};

export function lookOf(kind: NodeKind, state: ShownState): Look {
  return state === undefined || (kind !== 'vm' && kind !== 'namespace') ? BY_KIND[kind] : BY_STATE[state];
}

export const LINK_COLOUR = '#475569';
export const UNPLUGGED_COLOUR = '#dc2626';
/** Uplinks. */
export const UPLINK_COLOUR = '#0284c7';
/** Ports without a link, and uplinks that wait. */
export const FAINT_COLOUR = '#94a3b8';
