import fc from 'fast-check';
import type { Change } from '../../src/model/change.ts';
import { editTopology, isFault } from '../../src/model/edit-topology.ts';
import type { Topology } from '../../src/model/topology.ts';

const names = ['a', 'b', 'c', 'd', 'hub1', 'nowhere'] as const;
const node = fc.constantFrom(...names);
const port = fc.constantFrom('eth0', 'eth1', 'eth2', undefined);
const end = fc.record({ node, port });
const value = fc.constantFrom('1', '2', 'a b', '"', 'x\ny');
const attributes = fc.dictionary(fc.constantFrom('feature.ipv6', 'qn_append', 'color'), value, { maxKeys: 2 });
const attributeChanges = fc.dictionary(fc.constantFrom('feature.ipv6', 'qn_append', 'color'), fc.option(value, { freq: 2 }), {
  minKeys: 1,
  maxKeys: 2,
});
const graphChanges = fc.constantFrom({ qn_labels: '9 mine 0x102030' }, { qn_labels: null }, { color: 'red', qn_mem: '64M' });
const linkChanges = fc.constantFrom({ qn_link: 'off' }, { qn_link: null }, { qn_mtu: '1400' }, { qn_mtu: null, qn_delay: '2ms' });
const feature = fc.constantFrom('b', 'c\nd', 'b frontend_mac=02:00:00:00:00:07', 'far', '\n\nd\n', 'b b=c', 'a\nb\nc\nd');
const linkId = fc.tuple(end, end).map(([one, other]) => `${endText(one)}--${endText(other)}`);

/** Edits of a small lab; about every second one can be made. */
export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof<fc.Arbitrary<Change>[]>(
    fc.oneof(
      fc.record({
        change: fc.constant('create'),
        node,
        kind: fc.constant('namespace'),
        template: fc.constant('namespace'),
        attributes,
      }),
      fc.record({ change: fc.constant('create'), node, kind: fc.constant('vm'), template: fc.constant('small'), attributes }),
    ) as fc.Arbitrary<Change>,
    fc.record({ change: fc.constant('clone'), node, from: node }),
    fc.record({ change: fc.constant('remove'), node }),
    fc.record({ change: fc.constant('node'), node, attributes: attributeChanges }),
    fc.record({
      change: fc.constant('node'),
      node,
      attributes: fc.option(feature, { freq: 4 }).map((lines) => ({ 'feature.attach-network-to': lines })),
    }),
    fc.record({ change: fc.constant('graph'), attributes: graphChanges }),
    fc.record({ change: fc.constant('attach'), tail: end, head: end, attributes }),
    fc.record({ change: fc.constant('attach'), tail: end, head: end, attributes: fc.constant({}) }),
    fc.record({ change: fc.constant('detach'), link: linkId }),
    fc.record({ change: fc.constant('link'), link: linkId, attributes: linkChanges }),
  ),
  { maxLength: 30 },
);

/** A lab with every kind of node that files have, before anything is changed. */
export const beginning: Topology = {
  name: 'lab',
  attributes: { qn_template: 'namespace' },
  nodes: [
    { name: 'a', kind: 'namespace', template: 'namespace', attributes: {}, labelPorts: [] },
    { name: 'b', kind: 'vm', template: 'small', attributes: { qn_template: 'small', color: 'red' }, labelPorts: [] },
    { name: 'hub1', kind: 'hub', template: undefined, attributes: { qn_hub: 'true' }, labelPorts: [] },
  ],
  links: [
    {
      id: 'a:eth0--b:eth0',
      tail: { node: 'a', port: 'eth0' },
      head: { node: 'b', port: 'eth0' },
      attributes: { qn_mtu: '1500' },
    },
    { id: 'a:eth1--hub1', tail: { node: 'a', port: 'eth1' }, head: { node: 'hub1', port: undefined }, attributes: {} },
  ],
};

/** Any topology that edits of `beginning` lead to. */
export const topologies: fc.Arbitrary<Topology> = changes.map((all) => edited(beginning, all));

/** The topology with those edits made to it that can be made. */
export function edited(topology: Topology, all: readonly Change[]): Topology {
  return all.reduce((before, change) => {
    const next = editTopology(before, change);
    return isFault(next) ? before : next;
  }, topology);
}

function endText({ node: name, port: at }: { readonly node: string; readonly port: string | undefined }): string {
  return at === undefined ? name : `${name}:${at}`;
}
