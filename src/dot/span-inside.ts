import type { Span } from '../model/diagnostic.ts';
import { placesInLiteral } from './dot-string.ts';
import type { Setting } from './graph.ts';

/** Where a part of a value stands in the file; the whole value where that cannot be told. */
export function spanInside(text: string, { valueSpan }: Setting, from: number, to: number): Span {
  const places = placesInLiteral(text.slice(valueSpan.from, valueSpan.to));
  const [first, last] = [places[from], places[to - 1]];
  if (first === undefined || last === undefined) return valueSpan;
  return { from: valueSpan.from + first, to: valueSpan.from + last + 1 };
}
