import type { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import type { LabStatus } from '../../model/lab-status.ts';

/** The status of a lab whose document is missing or cannot be read: what runs, as the kernel shows it. */
export async function statusWithoutDocument(lab: string, engine: number, kernel: Kernel): Promise<LabStatus> {
  const processes = await kernel.processes();
  return {
    lab,
    directory: '',
    engine,
    nodes: processes.map(({ node, hostPid }) => ({
      name: node,
      kind: 'unknown',
      template: '',
      state: 'running',
      pid: hostPid,
      ports: [],
    })),
  };
}

/** Why nobody knows what should run, as a status tells it; nothing where that is known. */
export function problemOf(unreadable: HostError | undefined): Pick<LabStatus, 'problem'> {
  if (unreadable === undefined) return {};
  const { message, hint } = unreadable;
  return { problem: { message, ...(hint === undefined ? {} : { hint }) } };
}
