import { describe, expect, it } from 'vitest';
import { parsePercent, parseRate, parseTime, printPercent, printRate, printTime } from './measures.ts';

describe('measures', () => {
  it.each([
    ['20ms', 20e6],
    ['1.5s', 1.5e9],
    ['300us', 300e3],
    ['1 ms', 1e6],
    ['5NS', 5],
    ['0ms', 0],
  ])('%s is a time', (text, nanoseconds) => expect(parseTime(text)).toBe(nanoseconds));

  it.each(['20', 'ms', '-1ms', '1e3ms', '1h', '61s', '1.ms', ''])('%j is no time', (text) =>
    expect(parseTime(text)).toBeUndefined(),
  );

  it.each([
    ['1mbit', 1e6],
    ['512Kbit', 512e3],
    ['100kbps', 800e3],
    ['1gibit', 2 ** 30],
    ['1.5gbit', 1.5e9],
    ['8bit', 8],
  ])('%s is a bandwidth', (text, bits) => expect(parseRate(text)).toBe(bits));

  it.each(['1mb', '1000', '0mbit', '1bit', '2000gbit', '1constructor'])('%j is no bandwidth', (text) =>
    expect(parseRate(text)).toBeUndefined(),
  );

  it.each([
    ['1%', 1],
    ['0.1 %', 0.1],
    ['100%', 100],
  ])('%s is a share', (text, percent) => expect(parsePercent(text)).toBe(percent));

  it.each(['1', '0.1234567%', '101%', '-1%', '%', '1000%'])('%j is no share', (text) =>
    expect(parsePercent(text)).toBeUndefined(),
  );

  it('are printed in the largest fitting unit', () => {
    expect([20e6, 1.5e9, 300e3, 1_000_001, 0].map(printTime)).toEqual(['20ms', '1.5s', '300us', '1000.001us', '0ns']);
    expect([1e6, 1.5e9, 512e3, 1234567].map(printRate)).toEqual(['1mbit', '1.5gbit', '512kbit', '1234.567kbit']);
    expect(printPercent(0.1)).toBe('0.1%');
  });
});
