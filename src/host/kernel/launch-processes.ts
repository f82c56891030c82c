import { parentPort } from 'node:worker_threads';
import type { KernelFailure, NodeProcess, SpawnRequest } from '../../boundary/kernel.ts';
import { failureOf } from './failure.ts';
import { hostPidOf } from './find-processes.ts';
import { Namespaces, type SharedNamespaces } from './namespaces.ts';
import { ProcessLauncher } from './process-launcher.ts';

/** What the thread is given when it starts. */
export interface LaunchSettings {
  readonly lab: string;
  readonly hostProc: string;
  readonly namespaces: SharedNamespaces;
  readonly mayMakeNamespaces: boolean;
}

export interface LaunchCall {
  readonly id: number;
  readonly requests: readonly SpawnRequest[];
}

export type LaunchAnswer =
  | { readonly id: number; readonly outcomes: readonly (NodeProcess | KernelFailure)[] }
  | { readonly id: number; readonly bug: string };

/** Starts nodes' processes for the main thread, which reaps them. */
export function launchProcesses({ lab, hostProc, namespaces: shared, mayMakeNamespaces }: LaunchSettings): void {
  const namespaces = Namespaces.shared(shared);
  const launcher = ProcessLauncher.open(namespaces, lab, mayMakeNamespaces);
  const start = (request: SpawnRequest): NodeProcess | KernelFailure => {
    try {
      const pid = launcher.launch(request);
      return { node: request.node, pid, hostPid: hostPidOf(pid, hostProc) };
    } catch (thrown) {
      return failureOf(`start ${request.node}`, thrown);
    }
  };
  const answer = ({ id, requests }: LaunchCall): LaunchAnswer => {
    try {
      return { id, outcomes: requests.map(start) };
    } catch (bug) {
      return { id, bug: bug instanceof Error ? (bug.stack ?? bug.message) : String(bug) };
    } finally {
      namespaces.release();
    }
  };
  parentPort?.on('message', (call: LaunchCall) => parentPort?.postMessage(answer(call)));
}
