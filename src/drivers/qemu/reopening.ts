interface Connection {
  readonly closed: boolean;
  close(): void;
}

/** One connection, opened when first needed and again once it broke. Those who ask while it is being opened share it. */
export class Reopening<T extends Connection> {
  #current: Promise<T> | undefined;

  async get(open: () => Promise<T>): Promise<T> {
    const current = this.#current;
    const connection = await current?.catch(() => undefined);
    if (connection !== undefined && !connection.closed) return connection;
    if (this.#current === current) this.#current = open();
    return this.#current ?? open();
  }

  close(): void {
    this.#current?.then(
      (connection) => connection.close(),
      () => undefined,
    );
  }
}
