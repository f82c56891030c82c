import type { LabStatus } from './lab-status.ts';

/** What happens to a node while a long method runs. */
export interface ProgressEvent {
  readonly node: string;
  readonly stage: 'waiting' | 'launching' | 'launched' | 'ready' | 'failed' | 'stopping' | 'stopped' | 'skipped';
  readonly message?: string;
}

export interface NodeFailure {
  readonly node: string;
  readonly message: string;
  readonly hint?: string;
}

/** How a start or stop ended. Failures are listed, not thrown: the rest went on. */
export interface Outcome {
  readonly failures: readonly NodeFailure[];
  readonly warnings: readonly string[];
  readonly status: LabStatus;
}
