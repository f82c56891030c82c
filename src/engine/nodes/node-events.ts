import type { NodeHappening } from '../../model/lab-event.ts';
import type { ProgressEvent } from '../../model/outcome.ts';
import type { LabEvents } from '../events/lab-events.ts';

/** What the progress of a start or stop means for those who follow the lab; nothing where nothing has happened yet. */
const happenings: Readonly<Record<ProgressEvent['stage'], NodeHappening | undefined>> = {
  waiting: undefined,
  skipped: undefined,
  launching: 'launching',
  launched: 'launched',
  ready: 'ready',
  failed: 'failed',
  stopping: 'stopping',
  stopped: 'stopped',
};

/** Tells the progress of nodes to the events of the lab, too. */
export function andEvents(progress: (event: ProgressEvent) => void, events: LabEvents): (event: ProgressEvent) => void {
  return (event) => {
    progress(event);
    const state = happenings[event.stage];
    if (state === undefined || event.node === '') return;
    events.emit({ kind: 'node', node: event.node, state, ...(event.message === undefined ? {} : { reason: event.message }) });
  };
}
