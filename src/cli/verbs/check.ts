import { EXIT } from '../exit-codes.ts';
import { generateLab } from '../lab/generate-lab.ts';
import { findPlace } from '../lab/place.ts';
import { readLab } from '../lab/read-lab.ts';
import { showDiagnostics } from '../lab/show-diagnostics.ts';
import type { Verb } from '../verb.ts';

export const checkVerb: Verb = {
  name: 'check',
  summary: 'look for mistakes in a topology',
  help: `Reads the topology and its templates and prints every mistake with its place and a way to mend it. Changes nothing.
Ends with 0 when there is none, 1 when there are errors, 3 when there are only warnings.

Examples:
  weft check
  weft check examples/tutorial
  weft check --json net.dot`,
  positional: [{ syntax: '[path]', meaning: 'a topology file, or the directory of one', completes: 'path' }],
  shares: ['json', 'template'],
  async run(context, words, voice) {
    const place = await findPlace(context, words, words.positional[0]);
    const lab = await readLab(context, place, words.text('template'));
    const { topology } = lab;
    const rendered = topology === undefined ? [] : (await generateLab(context, { ...lab, topology })).diagnostics;
    const diagnostics = [...lab.diagnostics, ...rendered];
    if (words.flag('json')) {
      const { positionOf } = await import('../../model/position.ts');
      voice.printJson(
        diagnostics.map(({ code, severity, message, hint, span }) => {
          const [from, to] = [positionOf(lab.source.text, span.from), positionOf(lab.source.text, span.to)];
          const range = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
          return { file: lab.source.path, ...range, severity, code, message, ...(hint === undefined ? {} : { hint }) };
        }),
      );
    } else {
      await showDiagnostics(voice, lab.source, diagnostics, 'all');
      if (diagnostics.length === 0) voice.info(`${lab.source.path} is clean`);
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return EXIT.failed;
    return diagnostics.length > 0 ? EXIT.warnings : EXIT.ok;
  },
};
