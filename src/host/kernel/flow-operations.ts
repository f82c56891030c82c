import type { Flow, KernelOp, Netns } from '../../boundary/kernel.ts';
import { deleteFlow, deleteFlowsOf, listFlows } from '../netlink/conntrack.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** linux/netlink.h */
const NETLINK_NETFILTER = 12;

export function flowsOf(namespaces: Namespaces, netns: Netns): Flow[] {
  return withTable(namespaces, netns, listFlows) ?? [];
}

export function forgetFlows(namespaces: Namespaces, { addresses, netns }: Extract<KernelOp, { op: 'flows-delete' }>): void {
  withTable(namespaces, netns, (socket) => deleteFlowsOf(socket, addresses));
}

export function forgetFlow(namespaces: Namespaces, { flow, netns }: Extract<KernelOp, { op: 'flow-delete' }>): void {
  withTable(namespaces, netns, (socket) => deleteFlow(socket, flow));
}

/** undefined where there is no such namespace, or the kernel has no such sockets, and so keeps track of nothing that we could see. */
function withTable<T>(namespaces: Namespaces, netns: Netns, work: (socket: NetlinkSocket) => T): T | undefined {
  const socket = openSocket(namespaces, netns);
  try {
    return socket && work(socket);
  } finally {
    socket?.close();
  }
}

function openSocket(namespaces: Namespaces, netns: Netns): NetlinkSocket | undefined {
  try {
    namespaces.enter(netns);
    return NetlinkSocket.open(NETLINK_NETFILTER);
  } catch (thrown) {
    const code = errnoOf(thrown);
    if (code === 'ENOENT' || code === 'EPROTONOSUPPORT') return undefined;
    throw thrown;
  }
}
