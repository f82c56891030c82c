import { indexLines } from '../../model/position.ts';
import { EXIT } from '../exit-codes.ts';
import { type CheckedFile, checkNodeFolders } from '../lab/check-node-folders.ts';
import { generateLab } from '../lab/generate-lab.ts';
import { findPlace } from '../lab/place.ts';
import { readLab } from '../lab/read-lab.ts';
import { showDiagnostics } from '../lab/show-diagnostics.ts';
import { pathFrom } from '../paths.ts';
import type { Verb } from '../verb.ts';

export const checkVerb: Verb = {
  name: 'check',
  summary: 'look for mistakes in a topology',
  help: `Reads the topology, its templates and the keyfiles of its nodes (NODE.d/rw/config/NM-system-connections), and prints every mistake
with its place and a way to mend it. Changes nothing.
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
    const checked: CheckedFile[] = [{ source: lab.source, diagnostics: [...lab.diagnostics, ...rendered] }];
    if (topology !== undefined) {
      const shown = pathFrom(context.directory, place.directory);
      checked.push(...(await checkNodeFolders(context.files, place.directory, shown === '.' ? '' : `${shown}/`, topology)));
    }
    const diagnostics = checked.flatMap((file) => file.diagnostics);
    if (words.flag('json')) voice.printJson(checked.flatMap(inJson));
    else {
      for (const file of checked) await showDiagnostics(voice, file.source, file.diagnostics, 'all');
      if (diagnostics.length === 0) voice.info(`${lab.source.path} is clean`);
    }
    if (diagnostics.some(({ severity }) => severity === 'error')) return EXIT.failed;
    return diagnostics.length > 0 ? EXIT.warnings : EXIT.ok;
  },
};

function inJson({ diagnostics, source }: CheckedFile): readonly object[] {
  const positions = indexLines(source.text);
  return diagnostics.map(({ code, severity, message, hint, span }) => {
    const [from, to] = [positions(span.from), positions(span.to)];
    const range = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    return { file: source.path, ...range, severity, code, message, ...(hint === undefined ? {} : { hint }) };
  });
}
