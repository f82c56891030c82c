import { expect, it } from 'vitest';
import type { Files } from '../../boundary/files.ts';
import type { ScriptSource } from '../../boundary/script-source.ts';
import { readTopology } from '../../dot/read-topology.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { ReadAhead } from './read-ahead.ts';
import { Readings } from './readings.ts';

const topology = { name: 'graph', attributes: {}, nodes: [], links: [] };
const running: LabSpec = { name: 'lab', directory: '/lab', files: '/lab', input: '/lab/topology.dot.in', topology };

it('has the file read by the time that somebody asks, each time it is saved', async () => {
  const texts = new Map([['/lab/topology.dot.in', 'graph { a:eth0 -- b:eth0 }']]);
  const files = { readTextIfThere: (path: string) => Promise.resolve(texts.get(path)) } as Partial<Files> as Files;
  const scripts = { templates: () => Promise.resolve(['small']) } as Partial<ScriptSource> as ScriptSource;
  const clock = { now: () => 0, sleep: () => Promise.resolve() };
  const watched: string[] = [];
  let save: () => void = () => undefined;
  let read = 0;
  let heard: () => void = () => undefined;
  const prepared = () => new Promise<void>((resolve) => (heard = resolve));
  const readings = new Readings(
    (source, options) => {
      read += 1;
      return Promise.resolve(readTopology(source, options));
    },
    clock,
    () => heard(),
  );
  const logged: string[] = [];
  const ahead = new ReadAhead({
    watchFile: (path, changed) => {
      watched.push(path);
      save = changed;
      return { close: () => watched.pop() };
    },
    ...{ files, scripts, clock, readings, log: (line) => logged.push(line), spec: () => running },
  });
  ahead.follow();
  expect(watched).toEqual(['/lab/topology.dot.in']);
  const asked = (text: string) => ({ ...running, text, path: 'topology.dot.in', defaultName: 'lab', templates: ['small'] });
  for (const [count, text] of ['graph { a:eth0 -- b:eth0 }', 'graph { a:eth0 -- c:eth0 }'].entries()) {
    texts.set('/lab/topology.dot.in', text);
    const done = prepared();
    save();
    save();
    await done;
    const { number = 0 } = await readings.read(asked(text), running);
    expect(readings.spec(number).topology.links).toHaveLength(1);
    expect(read).toBe(count + 1);
  }
  ahead.close();
  expect(watched).toEqual([]);
  expect(logged).toEqual([]);
});
