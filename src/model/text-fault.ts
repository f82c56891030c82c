/** What is wrong with a part of a value that has a grammar of its own. Offsets are of the value. */
export interface TextFault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint: string;
}

/** All faults of a value in one sentence, each with the number of its line. */
export function faultsText(value: string, faults: readonly TextFault[]): string {
  return faults.map(({ from, message }) => `line ${value.slice(0, from).split(/\\n|\n/).length}: ${message}`).join('; ');
}
