import { expect, it } from 'vitest';
import type { InterfaceConfig } from '../../keyfile/interface-config.ts';
import { interfaceOps } from './interface-ops.ts';

const nothing: InterfaceConfig = {
  mac: undefined,
  mtu: undefined,
  ipv6: [],
  addresses: [],
  routes: [],
  dns: { servers: [], search: [], options: [], priority: 100 },
};
const at = { netns: 'B', name: 'F' };

it('says nothing of what a configuration leaves out', () => {
  expect(interfaceOps('B', 'F', nothing)).toEqual([
    { op: 'addresses-set', ...at, addresses: [] },
    { op: 'routes-set', ...at, routes: [] },
  ]);
});

it('puts the interface into its group first, and sets its neighbours when its addresses are there', () => {
  const neighbours = [{ address: '10.0.0.2', mac: '02:00:00:00:00:02' }];
  const ipv6 = [{ key: 'accept_ra', value: '0' }];
  expect(interfaceOps('B', 'F', { ...nothing, mtu: 1400, group: 1, neighbours, ipv6, addresses: ['10.0.0.1/32'] })).toEqual([
    { op: 'link-set', ...at, mtu: 1400, group: 1 },
    { op: 'sysctl', netns: 'B', key: 'net/ipv6/conf/F/accept_ra', value: '0' },
    { op: 'addresses-set', ...at, addresses: ['10.0.0.1/32'] },
    { op: 'neighbours-set', ...at, neighbours },
    { op: 'routes-set', ...at, routes: [] },
  ]);
  expect(interfaceOps('B', 'F', { ...nothing, neighbours: [] })[1]).toEqual({ op: 'neighbours-set', ...at, neighbours: [] });
});
