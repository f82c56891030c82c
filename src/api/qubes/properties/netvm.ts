import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { NO_NETVM, providersOf } from '../../../model/uplink-tree.ts';
import { findQube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { requireQubeFor } from './kept.ts';
import { type Property, parseBool, truthText } from './property.ts';

const NETVM = 'qn_netvm';
const PROVIDES = 'qn_provides_network';

/** The qube that provides the uplink (specs of Qubes networking, section 2). */
export const netvm: Property = {
  name: 'netvm',
  type: 'vm',
  help: 'The qube that provides network access, by the uplink of this one; none cuts it.',
  attribute: NETVM,
  inherited: ({ topology, tree }, { name, node }) => {
    if (!node?.attributes[NETVM]) return tree.nodes.get(name)?.netvm ?? '';
    const inherited = topology.attributes[NETVM] || topology.attributes['qn_default_netvm'];
    return inherited === undefined || !tree.nodes.has(inherited) ? '' : inherited;
  },
  chosen: ({ tree }, { name, node }) => (node?.attributes[NETVM] ? (tree.nodes.get(name)?.netvm ?? '') : undefined),
  edit: (view, subject, untrusted) => {
    if (untrusted === undefined) return { [NETVM]: null };
    if (untrusted === '') return { [NETVM]: NO_NETVM };
    if (subject.node?.kind === 'internet') throw wayOut('netvm', subject.name, 'has none');
    const name = requireQubeFor(view, 'netvm', untrusted);
    requireNetwork(view, name);
    if (name === subject.name || providersOf(view.tree, name).includes(subject.name)) {
      throw new QubesError('QubesValueError', 'Loops in network are unsupported');
    }
    if (isUp(view, subject.name) && !isUp(view, name)) {
      throw new QubesError('QubesVMNotStartedError', `Cannot dynamically attach to stopped qube ${name}`);
    }
    return { [NETVM]: name };
  },
};

/** What all qubes have as their netvm that have none of their own. */
export const defaultNetvm: Property<undefined> = {
  name: 'default_netvm',
  type: 'vm',
  help: 'The netvm of qubes that have none of their own.',
  attribute: 'qn_default_netvm',
  inherited: () => '',
  chosen: (view) => {
    const { attributes } = view.topology;
    const name = attributes[NETVM] || attributes['qn_default_netvm'] || undefined;
    return name === NO_NETVM || (name !== undefined && findQube(view, name) === undefined) ? '' : name;
  },
  edit: (view, _, untrusted) => {
    if (untrusted === undefined) return { qn_default_netvm: null, [NETVM]: null };
    if (untrusted === '') return { qn_default_netvm: NO_NETVM, [NETVM]: null };
    const name = requireQubeFor(view, 'default_netvm', untrusted);
    for (const hop of [name, ...providersOf(view.tree, name)]) {
      if (view.nodes.get(hop)?.attributes[NETVM] || view.nodes.get(hop)?.kind === 'internet') continue;
      throw new QubesError('QubesPropertyValueError', `Network loop on '${hop}'`);
    }
    requireNetwork(view, name);
    return { qn_default_netvm: name, [NETVM]: null };
  },
};

/** Clears or sets the feature servicevm as well, as Qubes does. */
export const providesNetwork: Property = {
  name: 'provides_network',
  type: 'bool',
  help: 'Whether other qubes may have this one as their netvm.',
  attribute: PROVIDES,
  inherited: ({ topology }, { node }) =>
    node?.kind === 'internet' ? 'True' : truthText(topology.attributes[PROVIDES] ?? 'false'),
  chosen: (_, { node }) => {
    const own = node?.attributes[PROVIDES];
    return own && node.kind !== 'internet' ? truthText(own) : undefined;
  },
  edit: ({ topology, tree }, { name, node }, untrusted) => {
    const value = untrusted === undefined ? undefined : parseBool(untrusted);
    const provides = value === undefined ? topology.attributes[PROVIDES] === 'true' : value === 'true';
    if (!provides && [...tree.nodes.values()].some((client) => client.netvm === name)) {
      throw new QubesError('QubesValueError', "The qube is still used by other qubes, change theirs 'netvm' first");
    }
    if (node?.kind === 'internet') throw wayOut('provides_network', name, 'always provides network');
    return { [PROVIDES]: value ?? null, 'feature.servicevm': provides ? '1' : null };
  },
};

function requireNetwork({ tree }: QubesView, name: string): void {
  if (tree.nodes.get(name)?.providesNetwork === true) return;
  throw new QubesError('QubesValueError', `The ${name} qube does not provide network`);
}

function wayOut(property: string, name: string, what: string): QubesError {
  return new QubesError('QubesPropertyValueError', `Can't set ${property}: ${name} is the way out of the lab, which ${what}`);
}

function isUp(view: QubesView, name: string): boolean {
  return view.activity(name) !== 'halted';
}
