import { beforeEach, describe, expect, it } from 'vitest';
import { beginning, edited } from '../../../test/support/random-changes.ts';
import type { NewFile } from '../../boundary/file-set.ts';
import type { Change } from '../../model/change.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { freshState } from './next-state.ts';
import { ScriptFiles } from './script-files.ts';

/** A script says how many links its lab has. */
const render = ({ topology }: LabSpec, nodes: ReadonlySet<string>): Promise<readonly NewFile[]> =>
  Promise.resolve(
    topology.nodes
      .filter(({ name }) => nodes.has(name))
      .map(({ name }) => ({ name, content: `${topology.links.length} links`, mode: 0o755 })),
  );

const stateWith = (...changes: readonly Change[]) =>
  freshState({ name: 'lab', directory: '/lab', files: '/lab', topology: edited(beginning, changes) });
const before = stateWith();
const links = before.spec.topology.links.length;
const attach: Change = { change: 'attach', tail: { node: 'a', port: 'new' }, head: { node: 'b', port: 'new' }, attributes: {} };

describe('files of nodes', () => {
  let disk: Map<string, string>;
  let written: string[];
  /** As another engine has them, that finds what the one before it has left. */
  const scripts = () =>
    new ScriptFiles({
      run: '/run/lab',
      scripts: { render },
      files: {
        readTextIfThere: (path) => Promise.resolve(disk.get(path)),
        replace: (path, text) => Promise.resolve(void disk.set(path, String(text))),
        remove: (path) => Promise.resolve(void disk.delete(path)),
        removeAll: (paths) => {
          for (const path of paths) disk.delete(path);
          return Promise.resolve();
        },
      },
      writeFileSet: (directory, files) => {
        for (const { content, name } of files) disk.set(`${directory}/${name}`, String(content));
        written.push(...files.map(({ name }) => name));
        return Promise.resolve();
      },
    });
  const writeAhead = async (nodes: readonly string[], ...changes: readonly Change[]) => {
    const { spec } = stateWith(...changes);
    await scripts().write('/lab', new Set(nodes), await render(spec, new Set(nodes)));
  };

  beforeEach(() => {
    disk = new Map([
      ['/lab/a', `${links} links`],
      ['/lab/b', `${links} links`],
    ]);
    written = [];
  });

  it('stay as they were written once the document has followed', async () => {
    await writeAhead(['a', 'b'], attach);
    await scripts().followed('/lab', { gone: [], written: true });
    await scripts().mend(before);
    expect(disk).toEqual(
      new Map([
        ['/lab/a', `${links + 1} links`],
        ['/lab/b', `${links + 1} links`],
      ]),
    );
  });

  it('are taken back where the document did not follow', async () => {
    const old = new Map(disk);
    await writeAhead(['a', 'b'], attach);
    expect(disk.get('/lab/b')).toBe(`${links + 1} links`);
    await scripts().mend(before);
    expect(disk).toEqual(old);
  });

  it('go where the node never came to be', async () => {
    const old = new Map(disk);
    await writeAhead(['z'], { change: 'create', node: 'z', kind: 'namespace', template: 'namespace', attributes: {} });
    expect(disk.has('/lab/z')).toBe(true);
    await scripts().mend(before);
    expect(disk).toEqual(old);
  });

  it('go with nodes that the document no longer names', async () => {
    for (const name of ['b.yaml', 'b.pid']) disk.set(`/lab/${name}`, '');
    await scripts().followed('/lab', { gone: ['b'], written: false });
    expect([...disk.keys()]).toEqual(['/lab/a']);
  });

  it('are not written where nothing is to be mended', async () => {
    await writeAhead(['a'], attach);
    await scripts().mend(before);
    await scripts().mend(before);
    expect(written).toEqual(['a', 'a']);
  });
});
