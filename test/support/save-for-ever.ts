import { labSpecSchema } from '../../src/api/schemas.ts';
import { DocumentStore } from '../../src/engine/document.ts';
import { systemFiles } from '../../src/host/files.ts';

/** `save-for-ever.ts PATH`: saves documents there whose running node is a number, counting up; prints a number once its document is acknowledged. */
const [path = ''] = process.argv.slice(2);
const store = new DocumentStore(systemFiles, path, (untrusted) => labSpecSchema.parse(untrusted));
const topology = { name: 'lab', attributes: {}, nodes: [], links: [] };
for (let count = 0; ; count++) {
  await store.save({
    version: 1,
    spec: { name: 'lab', directory: '/lab', files: '/lab', topology },
    running: [String(count)],
    unplugged: [],
  });
  process.stdout.write(`${count}\n`);
}
