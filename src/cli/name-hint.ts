import { nearestName } from '../model/nearest-name.ts';

/** `did you mean NAME?`, else the names themselves while they are few, else nothing. */
export function nameHint(wanted: string, names: readonly string[]): string | undefined {
  const nearest = nearestName(wanted, names);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return names.length > 0 && names.length <= 12 ? `there are: ${names.join(' ')}` : undefined;
}
