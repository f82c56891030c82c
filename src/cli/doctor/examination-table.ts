import { shellLine } from '../console/shell-quote.ts';
import type { Paint } from '../paint.ts';
import { textTable } from '../text-table.ts';
import type { Examination, Finding } from './examine.ts';

/** What doctor prints: a table, then what to do. */
export function examinationTable({ distribution, findings, install }: Examination, paint: Paint, isRoot: boolean): string[] {
  const rows = findings.map((finding) => [finding.name, mark(finding, paint), finding.found, finding.purpose]);
  const fixes = findings.flatMap(({ name, fix }) => (fix === undefined ? [] : [`  ${name}: ${fix}`]));
  const missing = findings.some(({ state, fix }) => state !== 'ok' && fix === undefined);
  return [
    ...textTable([{ title: 'WHAT' }, { title: 'STATE' }, { title: 'FOUND' }, { title: 'FOR' }], rows),
    ...(fixes.length > 0 ? ['', 'To do:', ...fixes] : []),
    ...(install !== undefined
      ? ['', `Missing packages on ${distribution.name}:`, `  ${isRoot ? '' : 'sudo '}${shellLine(install)}`]
      : []),
    ...(install === undefined && missing
      ? ['', `Install what is missing with the package manager of ${distribution.name}.`]
      : []),
  ];
}

function mark({ state }: Finding, paint: Paint): string {
  if (state === 'ok') return paint.green('ok');
  return state === 'limited' ? paint.yellow('limited') : paint.red('missing');
}
