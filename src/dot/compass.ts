const COMPASS: ReadonlySet<string> = new Set(['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw', 'c', '_']);

/** A side of a node's shape, to which Graphviz draws an edge. */
export function isCompassPoint(text: string): boolean {
  return COMPASS.has(text);
}

/**
 * The port in what follows a node's name in an edge: `eth0`, `eth0:ne`, `ne`. A compass point alone is a port only where the node's label names
 * it, as in Graphviz.
 */
export function portIn(text: string | undefined, labelPorts: readonly string[]): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (labelPorts.includes(text)) return text;
  if (isCompassPoint(text)) return undefined;
  const colon = text.lastIndexOf(':');
  return colon > 0 && isCompassPoint(text.slice(colon + 1)) ? text.slice(0, colon) : text;
}

/** The inverse of portIn: what to write after the node's name, without the first colon. */
export function writePort(port: string, labelPorts: readonly string[]): readonly string[] {
  return portIn(port, labelPorts) === port ? [port] : [port, '_'];
}
