/** A half-open range of UTF-16 offsets in a source text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The closed list of things that can be wrong with a topology; stable, so that tools may match on it. */
export type DiagnosticCode =
  | 'syntax'
  | 'not-a-graph'
  | 'directed-graph'
  | 'too-deep'
  | 'too-large'
  | 'not-text'
  | 'cannot-read'
  | 'duplicate-port'
  | 'port-in-two-links'
  | 'edge-without-port'
  | 'self-link'
  | 'unknown-attribute'
  | 'bad-value'
  | 'bad-mac'
  | 'duplicate-mac'
  | 'duplicate-tcp-port'
  | 'unknown-template'
  | 'unknown-frontend'
  | 'unknown-netvm'
  | 'bad-netvm'
  | 'bad-device'
  | 'netvm-loop'
  | 'duplicate-forward'
  | 'template-error'
  | 'unfit-lab-name'
  | 'unfit-node-name'
  | 'unfit-interface-name'
  | 'duplicate-interface-name'
  | 'label-port-unused'
  | 'edge-port-not-in-label'
  | 'node-not-generated'
  | 'no-effect'
  | 'merged-link'
  | 'record-label';

/** A mistake in the user's file: data, never thrown. All of them are reported at once. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  readonly severity: 'error' | 'warning';
  /** What is wrong and what was expected; one sentence without a final full stop. */
  readonly message: string;
  /** How to mend it, with the nearest valid name where there is one. */
  readonly hint?: string;
  readonly span: Span;
}

/** A text and the name people know it by. */
export interface Source {
  /** As the user typed it: relative paths stay relative. */
  readonly path: string;
  readonly text: string;
}

/** Line and column, both counted from 1; the column counts UTF-16 code units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}
