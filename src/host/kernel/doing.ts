import { HOST, type KernelOp, type Netns } from '../../boundary/kernel.ts';

/** What an operation does, as the middle of `cannot ...`. */
export function doing(op: KernelOp): string {
  switch (op.op) {
    case 'netns-add':
      return `make the namespace ${op.netns}`;
    case 'netns-delete':
      return `delete the namespace ${op.netns}`;
    case 'veth-add':
      return `make the veth pair of ${place(op.a)} and ${place(op.b)}`;
    case 'tap-add':
      return `make the TAP ${place(op)}`;
    case 'bridge-join':
      return `join ${place(op)} to the bridge ${op.bridge}`;
    case 'link-set':
      return `change the interface ${place(op)}`;
    case 'plug':
      return `${op.on ? 'plug' : 'unplug'} ${place(op)}`;
    case 'link-move':
      return `move the interface ${place(op)} to ${network(op.to)}`;
    case 'link-delete':
      return `delete the interface ${place(op)}`;
    case 'redirect':
      return `redirect frames from ${place({ netns: op.netns, name: op.from })} to ${op.to.join(', ') || 'nowhere'}`;
    case 'qdisc':
      return `set the qdisc of ${place(op)} to ${op.qdisc.kind}`;
    case 'carry':
      return `carry frames between ${place(op)} and ${op.local}`;
    case 'offloads-off':
      return `switch offloads off at ${place(op)}`;
    case 'address-add':
      return `set the address ${op.address} at ${place(op)}`;
    case 'addresses-set':
      return `set the addresses of ${place(op)}`;
    case 'routes-set':
      return `set the routes of ${place(op)}`;
    case 'neighbours-set':
      return `set the neighbours of ${place(op)}`;
    case 'address-delete':
      return `remove the address ${op.address} from ${place(op)}`;
    case 'nft':
      return `load rules in ${network(op.netns)}`;
    case 'flows-delete':
      return `forget the flows of ${op.addresses.join(', ')} in ${network(op.netns)}`;
    case 'flow-delete':
      return `forget a flow from ${op.flow.source} to ${op.flow.destination} in ${network(op.netns)}`;
    case 'sysctl':
      return `set ${op.key} to ${op.value} in ${op.netns}`;
  }
}

function place({ netns, name }: { readonly netns: Netns; readonly name: string }): string {
  return `${name} in ${network(netns)}`;
}

function network(netns: Netns): string {
  return netns === HOST ? "the machine's own network" : netns;
}
