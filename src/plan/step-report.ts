import type { Step } from './step.ts';

/**
 * What became of a step. `undone`: it failed half-way, and what had been made of it was taken back. `skipped`: something that it needs has
 * failed. `pending`: it waits for its owner's consent.
 */
export interface StepReport {
  readonly step: Step;
  readonly outcome: 'done' | 'failed' | 'undone' | 'skipped' | 'pending';
  /** Why it was not done; one sentence. */
  readonly message?: string;
}
