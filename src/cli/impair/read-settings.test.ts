import { describe, expect, it } from 'vitest';
import { readSettings } from './read-settings.ts';

describe('readSettings', () => {
  it('reads pairs of words, in any order', () => {
    expect(readSettings(['loss', '0.1%', 'delay', '20ms', 'rate', '1mbit'])).toEqual({ loss: 0.1, delay: 20e6, rate: 1e6 });
    expect(readSettings([])).toEqual({});
  });

  it('reads what is to end', () => {
    expect(Object.entries(readSettings(['loss', 'none', 'delay', '0ms']))).toEqual([
      ['loss', undefined],
      ['delay', undefined],
    ]);
  });

  it.each([
    [['los', '1%'], 'a link has no los'],
    [['loss'], 'loss needs a value'],
    [['delay', '20'], 'delay cannot be 20: expected a time'],
    [['rate', '1mb'], 'rate cannot be 1mb: expected a bandwidth'],
  ])('complains of %j', (words, message) => {
    expect(() => readSettings(words)).toThrow(message);
  });
});
