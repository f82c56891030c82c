import type { Files } from '../../boundary/files.ts';
import type { NodeUsage } from '../../boundary/qubes-lab.ts';

/** How the kernel counts processor time for user space (USER_HZ), and the size of its pages. */
const nanosecondsOfTick = 10_000_000;
const kibibytesOfPage = 4;

/** What a process of the machine uses, as its /proc says (proc_pid_stat(5), proc_pid_statm(5)); undefined once it has ended. */
export async function processUsage(files: Files, proc: string, pid: number): Promise<NodeUsage | undefined> {
  const [stat, statm] = await files.readTextsIfThere([`${proc}/${pid}/stat`, `${proc}/${pid}/statm`]);
  if (stat === undefined || statm === undefined) return undefined;
  // The name in brackets may hold anything; after it come the state and, 11 fields on, the times in user mode and in the kernel.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  return { memoryKib: Number(statm.split(' ')[1] ?? 0) * kibibytesOfPage, processorTime: ticks * nanosecondsOfTick };
}
