import type { Diagnostic, Source } from '../../model/diagnostic.ts';
import type { Voice } from '../voice.ts';

/** Prints diagnostics with their place in the file, on standard error; nothing where there are none. */
export async function showDiagnostics(voice: Voice, source: Source, diagnostics: readonly Diagnostic[]): Promise<void> {
  if (diagnostics.length === 0) return;
  const { describeDiagnostics } = await import('../../dot/describe-diagnostics.ts');
  voice.aside(describeDiagnostics(source, diagnostics).trimEnd());
}
