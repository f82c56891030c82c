import { closeSync, openSync } from 'node:fs';
import { HOST, type KernelAbilities, PANEL } from '../../boundary/kernel.ts';
import { deleteLink, getLink } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { addIngress, type Classifier, setRedirect } from '../netlink/tc.ts';
import { errnoOf } from '../system-failure.ts';
import type { Namespaces } from './namespaces.ts';

/** Finds out by trying. Leaves the thread in the panel, and nothing behind. */
export function probeAbilities(namespaces: Namespaces): KernelAbilities {
  const host = mayChangeHost(namespaces);
  const { namespaces: canMake, classifier } = inFreshNamespace(namespaces);
  return { namespaces: canMake, tap: canOpenTun(), host, classifier };
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

function inFreshNamespace(namespaces: Namespaces): { namespaces: boolean; classifier: Classifier | undefined } {
  try {
    namespaces.enterEmpty();
  } catch {
    return { namespaces: false, classifier: undefined };
  }
  const socket = NetlinkSocket.open();
  try {
    return { namespaces: true, classifier: (['matchall', 'u32'] as const).find((classifier) => accepts(socket, classifier)) };
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

function canOpenTun(): boolean {
  try {
    closeSync(openSync('/dev/net/tun', 'r+'));
    return true;
  } catch {
    return false;
  }
}
