import { closeSync, openSync } from 'node:fs';
import { HOST, type KernelAbilities, PANEL, type Qdisc } from '../../boundary/kernel.ts';
import { deleteLink, getLink, linkIndex } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { setQdisc } from '../netlink/qdisc.ts';
import { addIngress, type Classifier, setRedirect } from '../netlink/tc.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** Finds out by trying. Leaves the thread in the panel, and nothing behind. */
export function probeAbilities(namespaces: Namespaces): KernelAbilities {
  const host = mayChangeHost(namespaces);
  return { ...inFreshNamespace(namespaces), tap: canOpenTun(), host };
}

/** True when the thread may come back from the panel, and may change links there: the kernel refuses before it looks for the link. */
function mayChangeHost(namespaces: Namespaces): boolean {
  try {
    namespaces.enter(PANEL);
    namespaces.enter(HOST);
    deleteLink(namespaces.socket(HOST), 'weft-probe~none');
    return true;
  } catch (thrown) {
    return errnoOf(thrown) === 'ENODEV';
  } finally {
    namespaces.enter(PANEL);
  }
}

function inFreshNamespace(namespaces: Namespaces): Omit<KernelAbilities, 'tap' | 'host'> {
  try {
    namespaces.enterEmpty();
  } catch {
    return { namespaces: false, classifier: undefined, netem: false, tbf: false };
  }
  const socket = NetlinkSocket.open();
  try {
    return {
      namespaces: true,
      classifier: (['matchall', 'u32'] as const).find((classifier) => accepts(socket, classifier)),
      netem: takesQdisc(socket, { kind: 'netem', conditions: {} }),
      tbf: takesQdisc(socket, { kind: 'tbf', rate: 8e9, burst: 1e6, limit: 1e6 }),
    };
  } finally {
    socket.close();
    namespaces.enter(PANEL);
  }
}

function accepts(socket: NetlinkSocket, classifier: Classifier): boolean {
  const { index } = getLink(socket, 'lo');
  try {
    addIngress(socket, index);
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') return false;
  }
  try {
    setRedirect(socket, index, [index], { classifier, fresh: false });
    return true;
  } catch {
    return false;
  }
}

function takesQdisc(socket: NetlinkSocket, qdisc: Qdisc): boolean {
  try {
    setQdisc(socket, linkIndex(socket, 'lo'), qdisc);
    return true;
  } catch {
    return false;
  }
}

function canOpenTun(): boolean {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
    return true;
  } catch {
    return false;
  }
}
