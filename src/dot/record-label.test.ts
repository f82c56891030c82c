import { describe, expect, it } from 'vitest';
import { readHtmlPorts } from './html-ports.ts';
import { readRecordLabel } from './record-label.ts';

describe('readRecordLabel', () => {
  it.each([
    ['server   | { <e1> e1 | <e2> e2 }', ['e1', 'e2']],
    ['<a>|<b>|{<c>|{<d>}}|<e>', ['a', 'b', 'c', 'd', 'e']],
    ['{<a> x|{<b>}|y}', ['a', 'b']],
    ['<  a   b  > text', ['a b']],
    ['\\<no\\> | \\{ \\| \\} | <p\\>q> x', ['p>q']],
    ['\\N | <x>\\n\\l\\\\', ['x']],
    ['<p> before | after <q>', ['p', 'q']],
    ['', []],
    ['plain', []],
    ['<a>|<a>', ['a', 'a']],
    ['<größe> größe', ['größe']],
  ])('%s', (label, ports) => {
    expect(readRecordLabel(label)).toEqual({ ports });
  });

  it.each([
    '{',
    '}',
    'a | { b',
    'a }',
    '<a',
    'a>',
    '<a> <b>',
    'a { b }',
    '{ a } b',
    '<a> { b }',
    '{ b } <a>',
    '{a}{b}',
    '<a|b>',
    '<{>',
  ])('finds fault with %s', (label) => {
    expect(readRecordLabel(label).fault).toMatch(/\w/);
  });

  it('reads a label that nests very deep', () => {
    expect(readRecordLabel(`${'{'.repeat(100_000)}<a>${'}'.repeat(100_000)}`)).toEqual({ ports: ['a'] });
  });
});

describe('readHtmlPorts', () => {
  it.each([
    ['<<table port="t"><tr><td PORT="eth0">x</td><TD Port=\'eth1\' border="0">y</TD></tr></table>>', ['t', 'eth0', 'eth1']],
    ['<<td port="a&amp;b&#x63;&#100;&nope;">>', ['a&bcd&nope;']],
    ['<<!-- <td port="gone"> --><td port="there">>', ['there']],
    ['<<td\n  port = "x">>', ['x']],
    ['<<b port="no">x</b>>', []],
    ['<plain>', []],
  ])('%s', (label, ports) => {
    expect(readHtmlPorts(label)).toEqual(ports);
  });
});
