import type { PackageRecord } from './package-record.ts';

/** Where packages come from: the machine's apt, or a mirror over HTTP. */
export interface PackageSource {
  /** As shown to people: `apt`, or the mirror's name. */
  readonly name: string;
  /** The newest record of each package; names that the source does not know are left out. */
  records(names: readonly string[]): Promise<readonly PackageRecord[]>;
  /** Puts the packages into `directory` under `packageFileName`. Their SHA-256 is left to the caller. */
  fetch(records: readonly PackageRecord[], directory: string): Promise<void>;
}
