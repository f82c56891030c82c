import { parseTime } from '../model/measures.ts';
import { UsageError } from './complaints.ts';

/** A day: nothing flaps more slowly. */
const LONGEST = 86_400e9;

/** Seconds of `5s`, `300ms` or plain `5`; a UsageError where it is no time. */
export function readSeconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const nanoseconds = parseTime(/^[0-9.]+$/.test(text) ? `${text}s` : text, LONGEST);
  if (nanoseconds === undefined || nanoseconds === 0) throw new UsageError(`--${option} needs a time such as 5s, not ${text}`);
  return nanoseconds / 1e9;
}
