import { type CaptureSettings, captureFrames } from '../capture/capture-thread.ts';
import { carryFrames } from './carry-frames.ts';
import { type LaunchSettings, launchProcesses } from './launch-processes.ts';

/** What a thread of the worker is for. */
export type ThreadTask =
  | { readonly task: 'carry' }
  | { readonly task: 'launch'; readonly settings: LaunchSettings }
  | { readonly task: 'capture'; readonly settings: CaptureSettings };

export function runThread(given: ThreadTask): void {
  if (given.task === 'launch') launchProcesses(given.settings);
  else if (given.task === 'capture') void captureFrames(given.settings);
  else carryFrames();
}
