import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesOf } from './byte-string.ts';
import { elfSection, readElfNeeds } from './elf.ts';

describe('readElfNeeds', () => {
  it('finds the libraries and the loader of a program of this machine', async () => {
    const needs = readElfNeeds(await readFile('/bin/sh'));
    expect(needs?.libraries).toContain('libc.so.6');
    expect(needs?.interpreter).toMatch(/^\/lib.*ld-linux/);
  });

  it('is undefined for what is no ELF file', () => {
    expect(readElfNeeds(bytesOf('#!/bin/sh\n'.repeat(20)))).toBeUndefined();
  });
});

describe('elfSection', () => {
  it('finds a section by name', async () => {
    const program = await readFile('/bin/sh');
    expect(elfSection(program, '.interp')?.at(-1)).toBe(0);
    expect(elfSection(program, '.none')).toBeUndefined();
  });
});
