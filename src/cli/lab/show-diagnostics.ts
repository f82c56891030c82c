import type { Diagnostic, Source } from '../../model/diagnostic.ts';
import type { Voice } from '../voice.ts';

/** How much to say of warnings: all, only that there are some, or nothing. Errors are always shown with their place. */
export type WarningDetail = 'all' | 'count' | 'none';

/** Prints diagnostics with their place in the file, on standard error; nothing where there are none. */
export async function showDiagnostics(
  voice: Voice,
  source: Source,
  diagnostics: readonly Diagnostic[],
  warnings: WarningDetail,
): Promise<void> {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const shown = warnings === 'all' || errors.length > 0 ? diagnostics : [];
  if (shown.length > 0) {
    const { describeDiagnostics } = await import('../../dot/describe-diagnostics.ts');
    voice.aside(describeDiagnostics(source, shown).trimEnd());
  } else if (diagnostics.length > 0 && warnings === 'count') {
    voice.warn(
      `${source.path} has ${diagnostics.length === 1 ? 'a warning' : `${diagnostics.length} warnings`}`,
      'weft check shows what, where and how to mend it',
    );
  }
}
