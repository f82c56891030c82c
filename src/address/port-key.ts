/** The key of a port in the maps of this room: `NODE:PORT`. Node names hold no colon, so it is unique. */
export function portKey(node: string, port: string): string {
  return `${node}:${port}`;
}
