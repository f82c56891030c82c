import { expect, it } from 'vitest';
import { HOST, type InterfaceSight } from '../../boundary/kernel.ts';
import { LabEvents } from '../events/lab-events.ts';
import { PortCarriers } from './port-carriers.ts';

function sight(netns: string, name: string, alias: string, changes: Partial<InterfaceSight> = {}): InterfaceSight {
  return { netns, name, alias, up: true, carrier: true, gone: false, ...changes };
}

it('tells carriers of ports by the names that people know, and of nothing else that carries a mark', async () => {
  const events = new LabEvents(() => 0);
  const carriers = new PortCarriers(events, () => undefined);
  const [port, tap, test] = [
    ['a', 'eth0', 'weft lab a:eth0 -- b:eth0'] as const,
    [HOST, 'tap0', 'weft lab host:t0 -- c:eth0'] as const,
    [HOST, '~1i0', 'weft lab conformance'] as const,
  ];
  carriers.saw([sight(...port), sight(...tap), sight(...test)]);
  carriers.saw([sight(...port, { carrier: false }), sight(...tap, { up: false }), sight(...test, { gone: true })]);
  const reader = events.read({ last: 100 });
  const told = await reader.next();
  expect(told).toMatchObject([
    { node: 'a', port: 'eth0', state: 'down', reason: 'its other end is down or gone' },
    { node: 'host', port: 't0', state: 'down', reason: 'its interface was set down' },
  ]);
});
