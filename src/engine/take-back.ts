import type { LabDocument } from './document.ts';
import type { Lab } from './lab.ts';

/** Makes what is wanted of a lab what its document says again, after a change that could not be kept; without a document nothing is. */
export function takeBack(lab: Lab, acknowledged: LabDocument | undefined): void {
  const running = new Set(acknowledged?.running);
  for (const record of lab.records.values()) record.wanted = running.has(record.name);
  if (acknowledged === undefined) return;
  lab.unplugged.clear();
  for (const port of acknowledged.unplugged) lab.unplugged.add(port);
}
