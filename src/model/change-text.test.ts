import { expect, it } from 'vitest';
import type { Change } from './change.ts';
import { changeText } from './change-text.ts';

it.each<[Change, string]>([
  [{ change: 'create', node: 'c', kind: 'vm', template: 'small', attributes: { qn_mem: '64M' } }, 'create c: qn_mem=64M'],
  [{ change: 'clone', node: 'd', from: 'c' }, 'clone d from c'],
  [{ change: 'remove', node: 'd' }, 'remove d'],
  [{ change: 'node', node: 'c', attributes: { 'feature.x': '1', qn_mac: null } }, 'change c: feature.x=1, without qn_mac'],
  [
    { change: 'graph', attributes: { qn_default_netvm: 'sys-net', qn_label: null } },
    'change the lab: qn_default_netvm=sys-net, without qn_label',
  ],
  [
    { change: 'attach', tail: { node: 'a', port: 'e1' }, head: { node: 'hub', port: undefined }, attributes: {} },
    'attach a:e1 -- hub',
  ],
  [{ change: 'detach', link: 'a:e1--hub' }, 'detach a:e1--hub'],
  [{ change: 'link', link: 'a:e1--hub', attributes: { qn_link: 'off' } }, 'change a:e1--hub: qn_link=off'],
])('reads %o', (change, text) => {
  expect(changeText(change)).toBe(text);
});
