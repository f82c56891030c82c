import { carryFrames } from './carry-frames.ts';
import { type LaunchSettings, launchProcesses } from './launch-processes.ts';

/** What a thread of the worker is for. */
export type ThreadTask = { readonly task: 'carry' } | { readonly task: 'launch'; readonly settings: LaunchSettings };

export function runThread(given: ThreadTask): void {
  if (given.task === 'launch') launchProcesses(given.settings);
  else carryFrames();
}
