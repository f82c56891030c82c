import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { labSpecSchema } from '../api/schemas.ts';
import { systemFiles } from '../host/files.ts';
import { DocumentStore, type LabDocument } from './document.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-document-'));
});
afterEach(() => rm(folder, { recursive: true }));

const store = () => new DocumentStore(systemFiles, `${folder}/state/lab.json`, (untrusted) => labSpecSchema.parse(untrusted));
const document: LabDocument = {
  version: 1,
  spec: {
    name: 'lab',
    directory: '/labs/lab',
    files: '/labs/lab',
    topology: {
      name: 'lab',
      attributes: { qn_mem: '64M' },
      nodes: [{ name: 'a', kind: 'vm', template: 'small', attributes: {}, labelPorts: ['e1'] }],
      links: [{ id: 'a:e1--h', tail: { node: 'a', port: 'e1' }, head: { node: 'h', port: undefined }, attributes: {} }],
    },
  },
  running: ['a'],
  unplugged: ['a:e1'],
};

it('gives back what was saved', async () => {
  await store().save(document);
  expect(await store().load()).toEqual(JSON.parse(JSON.stringify(document)));
});

it('keeps the document from other users', async () => {
  await store().save(document);
  expect((await stat(`${folder}/state/lab.json`)).mode & 0o777).toBe(0o600);
});

it('has nothing where nothing was saved', async () => {
  expect(await store().load()).toBeUndefined();
});

it.each([
  ['torn', '{"version":1,"spec'],
  ['of a newer weft', '{"version":2}'],
  ['of the wrong shape', '{"version":1,"spec":{},"running":"a"}'],
])('refuses a document that is %s, and leaves it as it is', async (_what, text) => {
  await store().save(document);
  await writeFile(`${folder}/state/lab.json`, text);
  await expect(store().load()).rejects.toMatchObject({ code: 'document', hint: expect.stringContaining('down') });
  expect(await readFile(`${folder}/state/lab.json`, 'utf8')).toBe(text);
});
