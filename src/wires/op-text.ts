import { HOST, type KernelAbilities, type KernelOp, type Netns, PANEL, type VethEnd } from '../boundary/kernel.ts';
import { hereDocument } from '../model/here-document.ts';
import { routeWords } from '../model/route.ts';
import { inside, word } from './command-words.ts';
import { flowsText, flowText } from './flow-text.ts';
import { qdiscText } from './qdisc-text.ts';

/**
 * The commands of iproute2, ethtool and sysctl that do the same as an operation, as a person would type them in a shell in the sandbox's
 * panel, where `$MACHINE` is the path of the machine's own network namespace. A line that starts with `#` stands for what no command does.
 */
export function opText(op: KernelOp, classifier: KernelAbilities['classifier'] = 'matchall'): string[] {
  switch (op.op) {
    case 'netns-add':
      return [`ip netns add ${word(op.netns)}`, `${ip(op.netns)} link set dev lo up`];
    case 'netns-delete':
      return [`ip netns delete ${word(op.netns)}`];
    case 'veth-add':
      return [
        `ip link add ${newEnd(op.a, op.mtu)} type veth peer ${newEnd(op.b, op.mtu)}`,
        ...[op.a, op.b].map((end) => `${ip(end.netns)} link set dev ${word(end.name)} alias ${word(end.alias)}${state(end.up)}`),
      ];
    case 'tap-add':
      return [
        `${ip(op.netns)} tuntap add dev ${word(op.name)} mode tap vnet_hdr`,
        `${ip(op.netns)} link set dev ${word(op.name)} mtu ${op.mtu} alias ${word(op.alias)}${state(op.up)}`,
      ];
    case 'bridge-join':
      return [`${ip(op.netns)} link set dev ${word(op.name)} master ${word(op.bridge)}`];
    case 'link-set':
      return [
        `${ip(op.netns)} link set dev ${word(op.name)}${op.mtu === undefined ? '' : ` mtu ${op.mtu}`}${
          op.mac === undefined ? '' : ` address ${op.mac}`
        }${op.group === undefined ? '' : ` group ${op.group}`}${op.carrier === undefined ? '' : ` carrier ${op.carrier ? 'on' : 'off'}`}${op.up === undefined ? '' : state(op.up)}`,
      ];
    case 'plug':
      return [`${ip(op.netns)} link set dev ${word(op.name)}${state(op.on)}`];
    case 'link-move':
      return [`${ip(op.netns)} link set dev ${word(op.name)} netns ${namespace(op.to)}`];
    case 'link-delete':
      return [`${ip(op.netns)} link delete dev ${word(op.name)}`];
    case 'redirect':
      return redirectText(op, classifier);
    case 'qdisc':
      return qdiscText(op);
    case 'carry':
      return [
        `# the kernel worker carries frames between ${op.name} in ${op.netns} and the sockets ${op.local} and ${op.remote}`,
      ];
    case 'offloads-off':
      return [`${inside(op.netns)}ethtool -K ${word(op.name)} tx off rx off tso off gso off gro off txvlan off rxvlan off`];
    case 'address-add':
      return [addressText(op)];
    case 'addresses-set':
      return [
        '# addresses that an earlier command of this kind set, and that are not named here, go',
        ...op.addresses.map((address) => addressText({ ...op, address })),
      ];
    case 'routes-set':
      return [
        `# routes of ${op.name} with proto static that are not named here go`,
        ...op.routes.map(
          (route) =>
            `${ip(op.netns)}${route.destination.includes(':') ? ' -6' : ''} route replace ${routeWords(route)} dev ${word(op.name)} proto static`,
        ),
      ];
    case 'neighbours-set':
      return [
        `# permanent neighbours at ${op.name} that are not named here go`,
        ...op.neighbours.map(
          ({ address, mac }) => `${ip(op.netns)} neighbour replace ${address} lladdr ${mac} dev ${word(op.name)} nud permanent`,
        ),
      ];
    case 'address-delete':
      return [`${ip(op.netns)} address delete ${op.address} dev ${word(op.name)}`];
    case 'nft':
      return `${inside(op.netns)}nft -f - ${hereDocument(op.text)}`.split('\n');
    case 'flows-delete':
      return flowsText(op);
    case 'flow-delete':
      return [flowText(op)];
    case 'sysctl':
      return [`${inside(op.netns)}sysctl -w ${word(op.key)}=${word(op.value)}`];
  }
}

function addressText({
  address,
  name,
  netns,
}: Pick<Extract<KernelOp, { op: 'address-add' }>, 'address' | 'name' | 'netns'>): string {
  return `${ip(netns)} address replace ${address} dev ${word(name)}${address.includes(':') ? ' nodad' : ''}`;
}

function redirectText(
  { netns, from, to }: Extract<KernelOp, { op: 'redirect' }>,
  classifier: KernelAbilities['classifier'],
): string[] {
  const tc = `${inside(netns)}tc`;
  const remove = `${tc} qdisc delete dev ${word(from)} ingress`;
  if (to.length === 0) return [remove];
  const match = classifier === 'u32' ? 'u32 match u32 0 0' : 'matchall';
  const actions = to.map((name, at) => {
    const last = at === to.length - 1;
    return ` action mirred egress ${last ? 'redirect' : 'mirror'} dev ${word(name)}`;
  });
  return [
    `${tc} qdisc replace dev ${word(from)} ingress`,
    `${tc} filter replace dev ${word(from)} ingress protocol all prio 1 ${match}${actions.join('')}`,
  ];
}

function newEnd({ netns, name, mac, mtu }: VethEnd, pairMtu: number): string {
  const address = mac === undefined ? '' : ` address ${mac}`;
  return `name ${word(name)}${address} mtu ${mtu ?? pairMtu}${netns === PANEL ? '' : ` netns ${namespace(netns)}`}`;
}

function namespace(netns: Netns): string {
  if (netns === PANEL) return '/proc/1/ns/net';
  return netns === HOST ? '"$MACHINE"' : word(netns);
}

function state(up: boolean): string {
  return up ? ' up' : ' down';
}

/** The ip command for a namespace. */
function ip(netns: Netns): string {
  if (netns === PANEL) return 'ip';
  return netns === HOST ? 'nsenter --net="$MACHINE" ip' : `ip -n ${word(netns)}`;
}
