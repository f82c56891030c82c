import { readdirSync, readFileSync } from 'node:fs';

/** Seconds of processor time that a process has used, its ended children not counted. */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Megabytes: resident, and its share where pages are shared. */
export function memory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(text)?.[1]) / 1024;
  return { rss: of('Rss'), pss: of('Pss') };
}

export function children(pid) {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** The WEFT_ variables and PATH of a running process. */
export function environmentOf(pid) {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .map((entry) => entry.split(/=(.*)/s).slice(0, 2));
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('WEFT_') || name === 'PATH' || name === 'HOME'));
}

/** The engine of a lab, from what `status --json` says, and its kernel worker. */
export function engineProcesses({ engine }) {
  return {
    engine,
    worker: children(engine).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('kernel-worker')),
  };
}
