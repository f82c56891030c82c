import type { Files } from '../../boundary/files.ts';

/** What the flight recorder is to record. */
export interface RecorderWish {
  /** `NODE:PORT` */
  readonly ports: readonly string[];
  /** Also links that are made later, each at one end. */
  readonly all: boolean;
  /** Memory for each port, in bytes. */
  readonly size: number;
  /** Bytes of a frame to keep; 0 for all. */
  readonly snaplen: number;
}

/** The same, in a file of the lab's runtime folder: for the engine that comes after one which was killed. */
export class KeptWish {
  readonly #files: Pick<Files, 'readTextIfThere' | 'replace' | 'remove'>;
  readonly #path: string;
  readonly #parse: (untrusted: unknown) => RecorderWish;

  /** `parse` throws where a value is no wish. */
  constructor(
    files: Pick<Files, 'readTextIfThere' | 'replace' | 'remove'>,
    path: string,
    parse: (untrusted: unknown) => RecorderWish,
  ) {
    this.#files = files;
    this.#path = path;
    this.#parse = parse;
  }

  /** undefined where nothing is recorded; a file that says nothing is as good as none. */
  async read(): Promise<RecorderWish | undefined> {
    const text = await this.#files.readTextIfThere(this.#path);
    if (text === undefined) return undefined;
    try {
      return this.#parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async keep({ ports, all, size, snaplen }: RecorderWish): Promise<void> {
    await this.#files.replace(this.#path, JSON.stringify({ ports, all, size, snaplen }), { mode: 0o600 });
  }

  async forget(): Promise<void> {
    await this.#files.remove(this.#path);
  }
}
