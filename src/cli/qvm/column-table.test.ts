import { describe, expect, it } from 'vitest';
import { columnTable } from './column-table.ts';

describe('columnTable', () => {
  it('sets columns two spaces apart, and nothing behind the last', () => {
    expect(
      columnTable([
        ['NAME', 'STATE'],
        ['sys-net', 'Running'],
        ['ä', '-'],
      ]),
    ).toEqual(['NAME     STATE', 'sys-net  Running', 'ä        -']);
  });

  it('begins a row with each line of a value, and leaves out what is empty', () => {
    expect(columnTable([['attach-network-to', 'F\nG'], ['ipv6', '1'], [''], ['empty', '']])).toEqual([
      'attach-network-to  F',
      'G                  ',
      'ipv6               1',
      'empty              ',
    ]);
    expect(columnTable([])).toEqual([]);
  });
});
