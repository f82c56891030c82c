import { describe, expect, it } from 'vitest';
import { folderOf, nameOf, pathFrom, resolvePath } from './paths.ts';

describe('paths', () => {
  it('resolves', () => {
    expect(resolvePath('/a/b', '../c/./d/')).toBe('/a/c/d');
    expect(resolvePath('/a/b', '/x')).toBe('/x');
    expect(resolvePath('/', '.')).toBe('/');
    expect(resolvePath('/a', '../../..')).toBe('/');
  });

  it('takes apart', () => {
    expect(folderOf('/a/b')).toBe('/a');
    expect(folderOf('/a')).toBe('/');
    expect(nameOf('/a/b.lab')).toBe('b.lab');
    expect(pathFrom('/a', '/a/b/c')).toBe('b/c');
    expect(pathFrom('/', '/b')).toBe('b');
    expect(pathFrom('/a', '/ab')).toBe('/ab');
    expect(pathFrom('/a', '/a')).toBe('.');
  });
});
