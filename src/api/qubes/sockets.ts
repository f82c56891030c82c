/** The socket for all methods of a lab's Admin API; `run` is the lab's runtime folder. */
export function qubesSocket(run: string): string {
  return `${run}/qubesd.sock`;
}

/** The socket for those who may only look. */
export function readingSocket(run: string): string {
  return `${run}/qubesd-read.sock`;
}
