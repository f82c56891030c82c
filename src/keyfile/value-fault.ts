import type { Diagnostic, Span } from '../model/diagnostic.ts';

/** Takes what is wrong with a value. */
export type Complain = (diagnostic: Diagnostic) => void;

/** A value that cannot be meant: the file is not applied. */
export function valueFault(span: Span, message: string, hint: string): Diagnostic {
  return { code: 'bad-value', severity: 'error', message, hint, span };
}

/** A value that NetworkManager understands and weft does not carry out: the rest of the file is applied. */
export function withoutEffect(span: Span, message: string, hint: string): Diagnostic {
  return { code: 'no-effect', severity: 'warning', message, hint, span };
}
