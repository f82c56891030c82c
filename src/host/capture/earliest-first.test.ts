import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EarliestFirst } from './earliest-first.ts';

it('gives the frames of all ports in the order of their time', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(1000)), { maxLength: 20 }), (ports) => {
      const heap = new EarliestFirst<{ time: number; rest: number[] }>();
      for (const times of ports) {
        const [time, ...rest] = times.toSorted((a, b) => a - b);
        if (time !== undefined) heap.add({ time, rest });
      }
      const merged: number[] = [];
      for (let port = heap.earliest; port !== undefined; port = heap.earliest) {
        merged.push(port.time);
        const next = port.rest.shift();
        if (next === undefined) heap.removeEarliest();
        else {
          port.time = next;
          heap.settle();
        }
      }
      expect(merged).toEqual(ports.flat().sort((a, b) => a - b));
    }),
  );
});
