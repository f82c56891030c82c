import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { hereDocument } from './here-document.ts';

it.each(['', 'one line\n', 'no end', '\n\n', "it's $HOME `x` \\\n", 'weft\nweft-\n'])('gives %j as it is', (text) => {
  const given = execFileSync('sh', ['-c', `cat ${hereDocument(text)}\n`], { encoding: 'utf8' });
  expect(given).toBe(text === '' || text.endsWith('\n') ? text : `${text}\n`);
});
