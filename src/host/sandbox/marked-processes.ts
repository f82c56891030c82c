import { readdirSync, readFileSync } from 'node:fs';

/** A process with owner marks in its environment. */
export interface MarkedProcess {
  /** On the machine. */
  readonly pid: number;
  readonly lab: string;
  /** The runtime folder of its lab; empty where it has no mark of that. */
  readonly run: string;
}

/** All processes of all labs whose environment this user may read, but for this one. */
export function markedProcesses(): readonly MarkedProcess[] {
  return readdirSync('/proc').flatMap((entry) => {
    const pid = Number(entry);
    if (!/^\d+$/.test(entry) || pid === process.pid) return [];
    const environment = environmentOf(pid);
    const lab = valueIn(environment, 'WEFT_LAB');
    return lab === undefined ? [] : [{ pid, lab, run: valueIn(environment, 'WEFT_RUNTIME') ?? '' }];
  });
}

function valueIn(environment: readonly string[], name: string): string | undefined {
  return environment.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Empty for processes of others, and for those that have ended (proc(5), environ). */
function environmentOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
