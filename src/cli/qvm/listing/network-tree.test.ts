import { describe, expect, it } from 'vitest';
import { indented, networkTree, type TreeQube } from './network-tree.ts';

function qube(name: string, netvm?: string, providesNetwork = false): TreeQube {
  return { qube: { name, class: 'AppVM', state: 'Halted' }, netvm, providesNetwork };
}

describe('networkTree', () => {
  it('puts qubes behind what they have their network from', () => {
    const tree = networkTree([
      qube('B'),
      qube('dom0'),
      qube('fw', 'net', true),
      qube('net', undefined, true),
      qube('other', undefined, true),
      qube('vpn', 'fw', true),
      qube('work', 'fw'),
    ]);
    expect(tree.map(({ qube: { name }, depth }) => indented(name, depth))).toEqual([
      'B',
      'dom0',
      'net',
      '└─fw',
      '  └─vpn',
      '  └─work',
      'other',
    ]);
  });

  it('leaves out what is behind a qube that is not listed', () => {
    expect(networkTree([qube('work', 'fw')])).toEqual([]);
  });
});
