import type { Clock } from '../../boundary/clock.ts';
import type { Files } from '../../boundary/files.ts';
import type { ScriptSource } from '../../boundary/script-source.ts';
import type { Watched, WatchFile } from '../../boundary/watch-file.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import type { Readings } from './readings.ts';

export interface ReadAheadParts {
  readonly watchFile: WatchFile;
  readonly files: Files;
  readonly clock: Clock;
  readonly scripts: ScriptSource;
  readonly readings: Readings;
  readonly log: (message: string) => void;
  /** The lab that runs, if one does. */
  readonly spec: () => LabSpec | undefined;
}

/** Who saves a file writes it in several steps. Milliseconds. */
const SETTLING = 3;

/** A longer text is read when somebody asks: meanwhile nothing else would be done. Characters. */
const LONGEST = 4_000_000;

/** Reads the lab's topology file as soon as it is saved: whoever then plans or applies it, which takes a moment to begin, finds it read. */
export class ReadAhead {
  readonly #parts: ReadAheadParts;
  #watched: Watched | undefined;
  #reading = false;

  constructor(parts: ReadAheadParts) {
    this.#parts = parts;
  }

  /** Watches the lab's file as it is now, and no other. */
  follow(): void {
    this.close();
    const input = this.#parts.spec()?.input;
    if (input !== undefined) this.#watched = this.#parts.watchFile(input, () => this.#changed());
  }

  close(): void {
    this.#watched?.close();
    this.#watched = undefined;
  }

  #changed(): void {
    if (this.#reading) return;
    this.#reading = true;
    const { clock, log } = this.#parts;
    void clock
      .sleep(SETTLING)
      .then(() => {
        this.#reading = false;
        return this.#read();
      })
      .catch((failure: unknown) => log(`reading ahead: ${String(failure)}`));
  }

  async #read(): Promise<void> {
    const { files, readings, scripts, spec } = this.#parts;
    const running = spec();
    const input = running?.input;
    if (running === undefined || input === undefined) return;
    const { directory, files: folder } = running;
    const [text, templates] = await Promise.all([files.readTextIfThere(input), scripts.templates(folder)]);
    if (text === undefined || text.length > LONGEST) return;
    const defaultName = directory === folder ? (folder.split('/').at(-1) ?? '') : running.name;
    await readings.read({ text, path: input, defaultName, templates, directory, files: folder, input }, running);
  }
}
