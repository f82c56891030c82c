import { describe, expect, it } from 'vitest';
import type { Clock } from '../../boundary/clock.ts';
import type { ReadTopology } from '../../boundary/read-topology.ts';
import { readTopology } from '../../dot/read-topology.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { Readings } from './readings.ts';

const read: ReadTopology = (source, options) => Promise.resolve(readTopology(source, options));
const clock: Clock = { now: () => 0, sleep: () => Promise.resolve() };
const text =
  'graph "other" { qn_template="namespace"; a:eth0 -- b:eth0; m [qn_template="small"]; h [qn_hub="true"]; h -- a:eth1 }';
const place = { directory: '/lab', files: '/lab', input: '/lab/topology.dot.in' };
const file = { ...place, text, path: 'topology.dot.in', defaultName: 'lab', templates: ['namespace', 'small'] };
const running: LabSpec = {
  name: 'lab',
  directory: '/lab',
  files: '/lab',
  topology: { name: 'graph', attributes: {}, nodes: [], links: [] },
};

describe('Readings', () => {
  it('remembers what a text says, under the names that the lab runs by', async () => {
    const readings = new Readings(read, clock, () => undefined);
    const { number = 0, diagnostics, natures } = await readings.read(file, running);
    expect(diagnostics).toEqual([]);
    expect(natures).toEqual([
      { kind: 'namespace', template: 'namespace' },
      { kind: 'vm', template: 'small' },
    ]);
    expect((await readings.read(file, readings.spec(number))).natures).toEqual([]);
    const { topology, ...spec } = readings.spec(number);
    expect(spec).toEqual({ name: 'lab', ...place });
    expect(topology.name).toBe('graph');
    expect(topology.links.map(({ id }) => id)).toEqual(['a:eth0--b:eth0', 'h--a:eth1']);
  });

  it('shares with the running lab what has not changed', async () => {
    const readings = new Readings(read, clock, () => undefined);
    const first = readings.spec((await readings.read(file, running)).number ?? 0);
    const longer = { ...file, text: text.replace(/\}$/, '; b:eth1 -- m:eth0 }') };
    const second = readings.spec((await readings.read(longer, first)).number ?? 0);
    expect(second.topology.links.slice(0, 2).map((link, at) => link === first.topology.links[at])).toEqual([true, true]);
    expect(second.topology.links).toHaveLength(3);
  });

  it('takes the template of the lab unless another one is named', async () => {
    const readings = new Readings(read, clock, () => undefined);
    const templates = async (wish: object, lab: LabSpec) => {
      const { number = 0 } = await readings.read({ ...file, ...wish }, lab);
      const { template, topology } = readings.spec(number);
      return [template, ...new Set(topology.nodes.flatMap((node) => node.template ?? []))];
    };
    expect(await templates({}, { ...running, template: 'namespace' })).toEqual(['namespace', 'namespace']);
    expect(await templates({ template: 'small' }, { ...running, template: 'namespace' })).toEqual(['small', 'small']);
  });

  it('gives no number to a text with errors', async () => {
    const reading = await new Readings(read, clock, () => undefined).read({ ...file, text: 'graph { a:eth0 -- }' }, running);
    expect(reading.number).toBeUndefined();
    expect(reading.diagnostics.some(({ severity }) => severity === 'error')).toBe(true);
  });

  it('reads the same text once, and anew for a lab that has become another, unless it has become that of the text', async () => {
    let times = 0;
    const prepared: string[] = [];
    const counted: ReadTopology = (...words) => {
      times += 1;
      return read(...words);
    };
    const readings = new Readings(counted, clock, ({ topology }) => prepared.push(topology.name));
    const first = await readings.read(file, running);
    expect(await readings.read({ ...file, path: 'lab/topology.dot.in' }, { ...running })).toEqual(first);
    expect((await readings.read(file, readings.spec(first.number ?? 0))).number).toBe(first.number);
    expect([times, prepared]).toEqual([1, ['graph']]);
    expect((await readings.read(file, { ...running, topology: { ...running.topology } })).number).not.toBe(first.number);
    for (const other of [{ template: 'namespace' }, { templates: ['namespace'] }, { path: 'other' }, { text: `${text} ` }])
      expect((await readings.read({ ...file, ...other }, running)).number).not.toBe(first.number);
    expect(times).toBe(6);
  });

  it('forgets what was read long ago', async () => {
    const readings = new Readings(read, clock, () => undefined);
    const numbers: (number | undefined)[] = [];
    for (let count = 0; count < 5; count++)
      numbers.push((await readings.read({ ...file, text: `${text}\n# ${count}` }, running)).number);
    expect(() => readings.spec(numbers[0] ?? 0)).toThrow(expect.objectContaining({ code: 'no-such-reading' }));
    for (const number of numbers.slice(1)) expect(readings.spec(number ?? 0).name).toBe('lab');
  });
});
