import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { documentParsers } from '../../../test/support/document-parsers.ts';
import { systemFiles } from '../../host/files.ts';
import type { DesiredState } from './desired-state.ts';
import { DocumentStore } from './document.ts';
import { freshState } from './next-state.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-document-'));
});
afterEach(() => rm(folder, { recursive: true }));

const store = () => new DocumentStore(systemFiles, `${folder}/state/lab.json`, documentParsers);
const spec = {
  name: 'lab',
  directory: '/labs/lab',
  files: '/labs/lab',
  topology: {
    name: 'lab',
    attributes: { qn_mem: '64M' },
    nodes: [{ name: 'a', kind: 'vm' as const, template: 'small', attributes: {}, labelPorts: ['e1'] }],
    links: [{ id: 'a:e1--h', tail: { node: 'a', port: 'e1' }, head: { node: 'h', port: undefined }, attributes: {} }],
  },
};
const document: DesiredState = {
  ...freshState(spec),
  running: new Set(['a']),
  paused: new Set(['a']),
  changes: { ...freshState(spec).changes, links: { 'a:e1--h': { qn_link: 'off', qn_mtu: null } } },
  connections: [{ backend: 'a', frontend: 'b', mac: undefined, backendPort: 'b', frontendPort: 'eth0' }],
  pins: { 'a:e1': '02:00:00:00:01:07' },
};

it('gives back what was saved', async () => {
  await store().save(document);
  expect(await store().load()).toEqual(document);
});

it('reads what the first version wrote: ports that were unplugged are links that are off', async () => {
  await store().save(document);
  const old = { version: 1, spec, running: ['a'], unplugged: ['a:e1'] };
  await writeFile(`${folder}/state/lab.json`, JSON.stringify(old));
  expect(await store().load()).toEqual({
    ...freshState(spec),
    running: new Set(['a']),
    changes: { ...freshState(spec).changes, links: { 'a:e1--h': { qn_link: 'off' } } },
  });
});

it('reads what was written before the graph could be changed', async () => {
  await store().save({ ...document, changes: { ...document.changes, graph: { qn_default_netvm: 'a', qn_labels: null } } });
  const text = await readFile(`${folder}/state/lab.json`, 'utf8');
  const { changes, ...rest } = JSON.parse(text) as { changes: Record<string, unknown> };
  const { graph, ...older } = changes;
  expect(graph).toEqual({ qn_default_netvm: 'a', qn_labels: null });
  await writeFile(`${folder}/state/lab.json`, JSON.stringify({ ...rest, changes: older }));
  expect((await store().load())?.changes).toEqual(document.changes);
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
  ['of a newer weft', '{"version":1000}'],
  ['of the wrong shape', '{"version":2,"spec":{},"running":"a"}'],
])('refuses a document that is %s, and leaves it as it is', async (_what, text) => {
  await store().save(document);
  await writeFile(`${folder}/state/lab.json`, text);
  await expect(store().load()).rejects.toMatchObject({ code: 'document', hint: expect.stringContaining('down') });
  expect(await readFile(`${folder}/state/lab.json`, 'utf8')).toBe(text);
});

it('sets a document that it could not read aside before it saves another', async () => {
  await store().save(document);
  await writeFile(`${folder}/state/lab.json`, '{"version":7}');
  const later = store();
  await expect(later.load()).rejects.toThrow('version 7');
  await later.save(document);
  expect(await readFile(`${folder}/state/lab.json.unreadable`, 'utf8')).toBe('{"version":7}');
  expect(await later.load()).toEqual(later.acknowledged);
});

it('is a document that was acknowledged, or a newer one, wherever its writer is killed', async () => {
  const counting = fileURLToPath(new URL('../../../test/support/save-for-ever.ts', import.meta.url));
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 8000 }), async (microseconds) => {
      const acknowledged = await killedWriter([counting, `${folder}/state/lab.json`], microseconds);
      const found = await store().load();
      expect(Number([...(found?.running ?? [])][0])).toBeGreaterThanOrEqual(acknowledged);
    }),
    { numRuns: 25 },
  );
});

/** Runs a writer, kills it that long after it has first acknowledged, and gives the last number that it acknowledged. */
async function killedWriter(words: readonly string[], microseconds: number): Promise<number> {
  const writer = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  const closed = new Promise((resolve) => writer.once('close', resolve));
  writer.stdout.on('data', (text: Buffer) => {
    if (said === '') setTimeout(() => writer.kill('SIGKILL'), microseconds / 1000);
    said += text.toString();
  });
  await closed;
  return Number(said.trimEnd().split('\n').at(-1));
}
