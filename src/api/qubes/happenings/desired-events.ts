import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { FIREWALL } from '../../../model/parse-firewall.ts';
import { isGenerated, type TopologyNode } from '../../../model/topology.ts';
import { featuresOf } from '../methods/features.ts';
import { tagsOf } from '../methods/tags.ts';
import { labProperties } from '../properties/lab-properties.ts';
import { type Property, propertyValue } from '../properties/property.ts';
import { propertiesOf } from '../properties/qube-properties.ts';
import { findQube, type Qube } from '../qubes.ts';
import type { QubesEvent } from '../wire/event.ts';
import { ADMIN_VM } from '../wire/request.ts';

/** What has become of the desired state, whoever changed it: qubes that come and go, and what has changed of those that stay and of the lab. */
export function desiredEvents(before: QubesView, after: QubesView): readonly QubesEvent[] {
  return [
    ...changesOfLab(before, after),
    ...before.topology.nodes.flatMap((node) => (isGone(node, after) ? goings(node.name) : [])),
    ...after.topology.nodes.flatMap((node) => {
      const was = before.nodes.get(node.name);
      if (was === node || !isQube(node)) return [];
      return was === undefined || !isQube(was) ? comings(node) : changesOfQube(before, after, node.name);
    }),
  ];
}

function isQube(node: TopologyNode): boolean {
  return isGenerated(node) || node.kind === 'host';
}

function isGone(node: TopologyNode, { nodes }: QubesView): boolean {
  const now = nodes.get(node.name);
  return isGenerated(node) && (now === undefined || !isGenerated(now));
}

function comings(node: TopologyNode): readonly QubesEvent[] {
  if (!isGenerated(node)) return [];
  const of = eventsOf(node.name);
  return [
    { subject: '', event: 'domain-add', parameters: [['vm', node.name]] },
    ...tagsOf({ node }).map((tag) => of(`domain-tag-add:${tag}`, [['tag', tag]])),
    of('domain-create-on-disk'),
  ];
}

function goings(name: string): readonly QubesEvent[] {
  return ['domain-pre-delete', 'domain-delete'].map((event) => ({ subject: '', event, parameters: [['vm', name]] }));
}

function changesOfQube(before: QubesView, after: QubesView, node: string): readonly QubesEvent[] {
  const name = after.nodes.get(node)?.kind === 'host' ? ADMIN_VM : node;
  const [was, is] = [findQube(before, name), findQube(after, name)];
  if (was?.node === undefined || is?.node === undefined) return [];
  const of = eventsOf(name);
  const firewalls = [was, is].map((qube) => qube.node?.attributes[FIREWALL]);
  const features = featureEvents(was, is, of);
  const changed = [...propertiesOf(is).values()].filter(({ attribute = '' }) => {
    return was.node?.attributes[attribute] !== is.node?.attributes[attribute];
  });
  const goesAlong = changed.some(({ name }) => name === 'provides_network') ? isServiceVm : () => false;
  return [
    ...changed.flatMap((property) => {
      const along = property.name === 'provides_network' ? features.filter(goesAlong) : [];
      const within = [
        ...along,
        ...(FOLLOWING[property.name] ?? []).map((name) => of(`property-reset:${name}`, [['name', name]])),
      ];
      return propertyEvents(property, [before, was], [after, is], { of, within });
    }),
    ...features.filter((event) => !goesAlong(event)),
    ...tagEvents(was, is, of),
    ...(firewalls[0] === firewalls[1] ? [] : [of('firewall-changed')]),
  ];
}

/** Properties that follow from others, which Qubes tells together. */
const FOLLOWING: Readonly<Record<string, readonly string[]>> = {
  label: ['icon'],
  ip: ['visible_ip'],
  ip6: ['visible_ip6'],
  provides_network: ['icon', 'gateway', 'gateway6'],
  template_for_dispvms: ['icon'],
};

function isServiceVm({ event }: QubesEvent): boolean {
  return event.endsWith(':servicevm');
}

/** What the lab as a whole has; who takes its netvm from there hears of another in the midst of it, as Qubes tells it. */
function changesOfLab(before: QubesView, after: QubesView): readonly QubesEvent[] {
  const [was, is] = [before.topology.attributes, after.topology.attributes];
  if (was === is) return [];
  const machine = { memoryMib: 0, processors: 0 };
  return [...labProperties({ machine }).values()].flatMap((property) => {
    const attribute = property.attribute ?? '';
    if (was[attribute] === is[attribute]) return [];
    const within = property.name === 'default_netvm' ? otherDefaultNetvms(before, after) : [];
    return propertyEvents(property, [before, undefined], [after, undefined], { of: eventsOf(''), within });
  });
}

function otherDefaultNetvms(before: QubesView, after: QubesView): readonly QubesEvent[] {
  const moved = [...after.nodes.values()].flatMap(({ name, attributes }) => {
    const [was, is] = [before, after].map(({ tree }) => tree.nodes.get(name)?.netvm ?? 'None');
    return attributes['qn_netvm'] || was === is || !before.nodes.has(name) ? [] : [{ of: eventsOf(name), name, was, is }];
  });
  moved.sort((a, b) => (a.name < b.name ? -1 : 1));
  const named = ['name', 'netvm'] as const;
  const set = ({ is = '', was = '' }: (typeof moved)[number]) => [named, ['newvalue', is], ['oldvalue', was]] as const;
  return [
    ...moved.map((each) => each.of('property-pre-set:netvm', set(each))),
    ...moved.flatMap((each) => [
      each.of('property-set:netvm', set(each)),
      each.of('property-reset:netvm', [named, ['oldvalue', each.was ?? '']]),
    ]),
  ];
}

type EventOf = (event: string, parameters?: QubesEvent['parameters']) => QubesEvent;

function eventsOf(subject: string): EventOf {
  return (event, parameters = []) => ({ subject, event, parameters });
}

/** `within` is what is told between what is to be and what is. */
function propertyEvents<S>(
  property: Property<S>,
  [before, was]: readonly [QubesView, S],
  [after, is]: readonly [QubesView, S],
  { of, within }: { readonly of: EventOf; readonly within: readonly QubesEvent[] },
): readonly QubesEvent[] {
  const { name } = property;
  const text = (value: string) => (value === '' && property.type === 'vm' ? 'None' : value);
  const old = ['oldvalue', text(propertyValue(property, before, was).value)] as const;
  const fresh = propertyValue(property, after, is);
  const set = [['name', name], ['newvalue', text(fresh.value)], old] as const;
  if (!fresh.isDefault) return [of(`property-pre-set:${name}`, set), ...within, of(`property-set:${name}`, set)];
  const gone = [['name', name], old] as const;
  const isNetvm = name === 'netvm';
  return [
    of(`property-pre-reset:${name}`, gone),
    ...(isNetvm ? [of('property-pre-set:netvm', set)] : []),
    of(`property-pre-del:${name}`, gone),
    ...within,
    ...(isNetvm ? [of('property-set:netvm', set)] : []),
    of(`property-reset:${name}`, gone),
    of(`property-del:${name}`, gone),
  ];
}

function featureEvents(was: Qube, is: Qube, of: EventOf): readonly QubesEvent[] {
  const [before, after] = [featuresOf(was), featuresOf(is)];
  return [
    ...[...after].flatMap(([feature, value]) => {
      const old = before.get(feature);
      if (old === value) return [];
      const parameters = [
        ['feature', feature],
        ['value', value],
        ...(old === undefined ? [] : [['oldvalue', old] as const]),
      ] as const;
      return [of(`domain-feature-pre-set:${feature}`, parameters), of(`domain-feature-set:${feature}`, parameters)];
    }),
    ...[...before.keys()].flatMap((feature) =>
      after.has(feature)
        ? []
        : ['domain-feature-pre-delete', 'domain-feature-delete'].map((event) =>
            of(`${event}:${feature}`, [['feature', feature]]),
          ),
    ),
  ];
}

function tagEvents(was: Qube, is: Qube, of: EventOf): readonly QubesEvent[] {
  const [before, after] = [tagsOf(was), tagsOf(is)];
  const told = (event: string, tags: readonly string[]) => tags.map((tag) => of(`${event}:${tag}`, [['tag', tag]]));
  return [
    ...told(
      'domain-tag-add',
      after.filter((tag) => !before.includes(tag)),
    ),
    ...told(
      'domain-tag-delete',
      before.filter((tag) => !after.includes(tag)),
    ),
  ];
}
