/** Where a node was drawn, in points; y grows upwards. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export type Placement = ReadonlyMap<string, Placed>;

/** Reads the positions of a drawing in Graphviz's JSON output; what has no position is left out. */
export function placementOf(drawing: unknown): Placement {
  const objects = (drawing as { objects?: readonly Record<string, unknown>[] }).objects ?? [];
  const placed = new Map<string, Placed>();
  for (const { name, pos, height } of objects) {
    if (typeof name !== 'string' || typeof pos !== 'string') continue;
    const [x = Number.NaN, y = Number.NaN] = pos.split(',').map(Number);
    if (Number.isFinite(x) && Number.isFinite(y)) placed.set(name, { x, y, height: Number(height) * 72 });
  }
  return placed;
}
