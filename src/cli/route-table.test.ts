import { expect, it } from 'vitest';
import { routesIn, routeTable } from './route-table.ts';

const HEADER = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n';

it('shows routes as the documentation of Qubes’ networking does', () => {
  const text = `${HEADER}eth0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\nvif4.0\t1000890A\t00000000\t0005\t0\t0\t32748\tFFFFFFFF\t0\t0\t0\neth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n`;
  expect(routeTable(routesIn(text))).toEqual([
    'Destination  Gateway      Genmask          Flags  Metric  Ref  Use  Iface',
    '0.0.0.0      0.0.0.0      0.0.0.0          U           0    0    0  eth0',
    '10.137.0.16  0.0.0.0      255.255.255.255  UH      32748    0    0  vif4.0',
    '0.0.0.0      192.168.0.1  0.0.0.0          UG          0    0    0  eth0',
  ]);
});

it('has no rows where there are no routes', () => {
  expect(routesIn(HEADER)).toEqual([]);
});
