import { DocumentStore } from '../../src/engine/desired/document.ts';
import { freshState } from '../../src/engine/desired/next-state.ts';
import { systemFiles } from '../../src/host/files.ts';
import { documentParsers } from './document-parsers.ts';

/** `save-for-ever.ts PATH`: saves documents there whose running node is a number, counting up; prints a number once its document is acknowledged. */
const [path = ''] = process.argv.slice(2);
const store = new DocumentStore(systemFiles, path, documentParsers);
const topology = { name: 'lab', attributes: {}, nodes: [], links: [] };
const state = freshState({ name: 'lab', directory: '/lab', files: '/lab', topology });
for (let count = 0; ; count++) {
  await store.save({ ...state, running: new Set([String(count)]) });
  process.stdout.write(`${count}\n`);
}
