import type { Labs } from '../api/labs.ts';
import type { ByteSinks } from '../boundary/byte-sink.ts';
import type { Clock } from '../boundary/clock.ts';
import type { Commands } from '../boundary/commands.ts';
import type { WriteFileSet } from '../boundary/file-set.ts';
import type { Files } from '../boundary/files.ts';
import type { Streams } from '../boundary/streams.ts';
import type { Terminal } from '../boundary/terminal.ts';
import type { SmallGuest } from './small-guest.ts';

/** All that a verb gets from the machine and the user's session. Slow parts are loaded when they are asked for. */
export interface Context {
  /** The name that the program was called by: `qeneth` answers with qeneth's words. */
  readonly invokedAs: 'weft' | 'qeneth';
  readonly version: string;
  /** The version of Node.js that runs us. */
  readonly runtime: string;
  /** The folder of this installation, with templates/ and examples/. */
  readonly installation: string;
  /** The user's working directory, absolute. */
  readonly directory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  readonly terminal: Terminal;
  readonly sinks: ByteSinks;
  readonly streams: Streams;
  readonly files: Files;
  readonly writeFileSet: WriteFileSet;
  readonly commands: Commands;
  readonly clock: Clock;
  /** What the machine holds for the time. */
  secondsSince1970(): number;
  /** The path with symbolic links resolved; the path itself where nothing is there. */
  realPath(path: string): Promise<string>;
  /** A word that was never printed before: letters and digits. */
  freshWord(): string;
  labs(): Promise<Labs>;
  smallGuest(): Promise<SmallGuest>;
  /** What the PNG renderer needs: its WebAssembly and the fonts. */
  pngParts(): Promise<{ readonly renderer: Uint8Array; readonly fonts: readonly Uint8Array[] }>;
}
