import { Message, NLM_F_CREATE, NLM_F_EXCL } from './message.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** linux/rtnetlink.h */
const RTM_NEWQDISC = 36;
const RTM_DELQDISC = 37;
const RTM_NEWTFILTER = 44;
const RTM_DELTFILTER = 45;
const RTM_GETTFILTER = 46;
const TCA_KIND = 1;
const TCA_OPTIONS = 2;
/** linux/pkt_sched.h: the ingress qdisc and its handle, `ffff:` */
const TC_H_INGRESS = 0xfffffff1;
const INGRESS_HANDLE = 0xffff0000;
/** linux/pkt_cls.h */
const TCA_ACT_KIND = 1;
const TCA_ACT_OPTIONS = 2;
const TCA_ACT_MAX_PRIO = 32;
const TC_ACT_UNSPEC = -1;
const TC_ACT_PIPE = 3;
const TC_ACT_STOLEN = 4;
const TCA_U32_SEL = 5;
const TCA_U32_ACT = 7;
const TC_U32_TERMINAL = 1;
const TCA_MATCHALL_ACT = 2;
/** linux/tc_act/tc_mirred.h */
const TCA_MIRRED_PARMS = 2;
const TCA_EGRESS_REDIR = 1;
const TCA_EGRESS_MIRROR = 2;
const TCA_INGRESS_REDIR = 3;
/** linux/if_ether.h, in network byte order */
const ETH_P_ALL = 0x0300;

export type Classifier = 'matchall' | 'u32';

/** Filters of ours live at priorities from one of these on; a replacement goes to the other bank before the first is removed. */
const banks: readonly [number, number] = [1, 1000];

/** struct tcmsg */
function header(index: number, parent: number, handle = 0, info = 0): Buffer {
  const bytes = Buffer.alloc(20);
  bytes.writeInt32LE(index, 4);
  bytes.writeUInt32LE(handle, 8);
  bytes.writeUInt32LE(parent, 12);
  bytes.writeUInt32LE(info, 16);
  return bytes;
}

function filterHeader(index: number, priority: number): Buffer {
  return header(index, INGRESS_HANDLE, 0, ((priority << 16) | ETH_P_ALL) >>> 0);
}

/** Makes a place for filters where an interface has none. Throws EEXIST where it has one. */
export function addIngress(socket: NetlinkSocket, index: number): void {
  const flags = NLM_F_CREATE | NLM_F_EXCL;
  socket.change(new Message(RTM_NEWQDISC, flags).raw(header(index, TC_H_INGRESS, INGRESS_HANDLE)).text(TCA_KIND, 'ingress'));
}

/** With all of its filters. Throws where there is none: ENOENT, or EINVAL on older kernels. */
export function deleteIngress(socket: NetlinkSocket, index: number): void {
  socket.change(new Message(RTM_DELQDISC, 0).raw(header(index, TC_H_INGRESS, INGRESS_HANDLE)).text(TCA_KIND, 'ingress'));
}

export interface RedirectOptions {
  readonly classifier: Classifier;
  /** The interface has no filters yet. */
  readonly fresh: boolean;
}

/**
 * Every frame that enters at `from` leaves at each of `to`. What the interface had before is replaced; with one target the
 * change is atomic: no frame is lost or doubled.
 */
export function setRedirect(socket: NetlinkSocket, from: number, to: readonly number[], options: RedirectOptions): void {
  const before = options.fresh ? [] : priorities(socket, from);
  const [first, second] = banks;
  const start = before.some((priority) => priority < second) ? second : first;
  for (let at = 0, priority = start; at < to.length; at += TCA_ACT_MAX_PRIO, priority++) {
    addFilter(
      socket,
      from,
      priority,
      to.slice(at, at + TCA_ACT_MAX_PRIO),
      at + TCA_ACT_MAX_PRIO >= to.length,
      options.classifier,
    );
  }
  for (const priority of before) socket.change(new Message(RTM_DELTFILTER, 0).raw(filterHeader(from, priority)));
}

/** Every frame that enters at `from` enters at `to` instead, as if it had come there; `from` has no filters yet. */
export function setDetour(socket: NetlinkSocket, from: number, to: number, classifier: Classifier): void {
  addIngress(socket, from);
  const action = mirredAction({ action: TCA_INGRESS_REDIR, verdict: TC_ACT_STOLEN, target: to });
  addActions(socket, from, banks[0], classifier, [action]);
}

/** One filter of up to 32 actions, the most that the kernel takes. All but the last filter let the frame go on to the next. */
function addFilter(
  socket: NetlinkSocket,
  from: number,
  priority: number,
  to: readonly number[],
  final: boolean,
  classifier: Classifier,
): void {
  const actions = to.map((target, at) => leaveAt(target, at + 1 < to.length ? 'pipe' : final ? 'end' : 'continue'));
  addActions(socket, from, priority, classifier, actions);
}

/** An action with its number in the list of a filter's actions. */
type Action = (list: Message, order: number) => void;

/** A filter that every frame fits. */
function addActions(
  socket: NetlinkSocket,
  from: number,
  priority: number,
  classifier: Classifier,
  actions: readonly Action[],
): void {
  const message = new Message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, 8192).raw(filterHeader(from, priority));
  const list = (type: number) => (options: Message) => {
    options.nest(type, (inner) => {
      for (const [at, action] of actions.entries()) action(inner, at + 1);
    });
  };
  if (classifier === 'matchall') {
    message.text(TCA_KIND, 'matchall').nest(TCA_OPTIONS, list(TCA_MATCHALL_ACT));
  } else {
    message.text(TCA_KIND, 'u32').nest(TCA_OPTIONS, (options) => list(TCA_U32_ACT)(options.bytes(TCA_U32_SEL, anyFrame())));
  }
  socket.change(message);
}

/** struct tc_u32_sel with one key that every frame fits: mask 0, value 0. */
function anyFrame(): Buffer {
  const bytes = Buffer.alloc(16 + 16);
  bytes.writeUInt8(TC_U32_TERMINAL, 0);
  bytes.writeUInt8(1, 2);
  return bytes;
}

/** `pipe`: on to the next action; `continue`: on to the next filter; `end`: the frame itself leaves there, and no one else sees it. */
function leaveAt(target: number, then: 'pipe' | 'continue' | 'end'): Action {
  const verdict = then === 'pipe' ? TC_ACT_PIPE : then === 'continue' ? TC_ACT_UNSPEC : TC_ACT_STOLEN;
  return mirredAction({ action: then === 'end' ? TCA_EGRESS_REDIR : TCA_EGRESS_MIRROR, verdict, target });
}

/** struct tc_mirred */
function mirredAction({ action, verdict, target }: { action: number; verdict: number; target: number }): Action {
  const parameters = Buffer.alloc(28);
  parameters.writeInt32LE(verdict, 8);
  parameters.writeInt32LE(action, 20);
  parameters.writeUInt32LE(target, 24);
  return (list, order) => {
    list.nest(order, (inner) => {
      inner.text(TCA_ACT_KIND, 'mirred').nest(TCA_ACT_OPTIONS, (options) => options.bytes(TCA_MIRRED_PARMS, parameters));
    });
  };
}

/** Priorities of the filters at an interface's ingress, ascending. */
function priorities(socket: NetlinkSocket, index: number): number[] {
  const filters = socket.dump(new Message(RTM_GETTFILTER, 0).raw(header(index, INGRESS_HANDLE)));
  return [...new Set(filters.map(({ body }) => body.readUInt32LE(16) >>> 16))].sort((a, b) => a - b);
}
