import {
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { HOST, type Netns, PANEL } from '../../boundary/kernel.ts';
import * as descriptors from '../libc/descriptors.ts';
import { CLONE_NEWNET, MS_BIND, mount, setns, unmount, unshare } from '../libc/namespaces.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { setLink } from '../netlink/links.ts';
import { NetlinkSocket } from '../netlink/netlink-socket.ts';
import { errnoOf } from '../system-failure.ts';

/** Where ip(8) looks for namespaces by name. */
const folder = '/run/netns';
/** The namespace that this thread is in. */
const own = '/proc/thread-self/ns/net';
/** How long what `releaseSoon` gives up stays open. Milliseconds. */
const soon = 200;
/** linux/magic.h */
const NSFS_MAGIC = 0x6e736673;
/** asm-generic/errno-base.h */
const EPERM = 1;
const ENOENT = 2;
const EINVAL = 22;

/** Descriptors of the two namespaces that every thread of the worker knows. */
export interface SharedNamespaces {
  readonly host: number;
  readonly panel: number;
}

interface Held {
  readonly fd: number;
  socket: NetlinkSocket | undefined;
}

/**
 * The network namespaces that this thread may enter, by name. The thread is in one at a time, the panel when it is idle. What is open
 * for a node's namespace is closed by `release`: a descriptor would keep a deleted namespace alive.
 */
export class Namespaces {
  readonly #held = new Map<Netns, Held>();
  readonly #most: number;
  #releasing: NodeJS.Timeout | undefined;
  #current: Netns | undefined;
  /** False where the sandbox has no network namespace of its own: the panel is then the machine's. */
  readonly ownPanel: boolean;

  private constructor(host: number, panel: number, current: Netns | undefined) {
    this.#held.set(HOST, { fd: host, socket: undefined });
    this.#held.set(PANEL, { fd: panel, socket: undefined });
    this.ownPanel = fstatSync(host).ino !== fstatSync(panel).ino;
    this.#most = Math.max(16, Math.min(4096, Math.floor((mostOpenFiles() - 512) / 4)));
    this.#current = this.ownPanel ? current : HOST;
  }

  /** Must be called in the machine's namespace. The panel is that of process 1, the machine's where that one is not ours. */
  static open(): Namespaces {
    return new Namespaces(openSync(own, 'r'), openPanel(), HOST);
  }

  /** For another thread of the process that opened them. */
  static shared({ host, panel }: SharedNamespaces): Namespaces {
    return new Namespaces(host, panel, undefined);
  }

  get toShare(): SharedNamespaces {
    return { host: this.descriptor(HOST), panel: this.descriptor(PANEL) };
  }

  enter(netns: Netns): void {
    if (this.#current === netns) return;
    if (netns === PANEL && !this.ownPanel && this.#current === HOST) return;
    const { fd } = this.#hold(netns);
    try {
      setns(fd, CLONE_NEWNET);
    } catch (thrown) {
      if (netns !== HOST || errnoOf(thrown) !== 'EPERM') throw thrown;
      throw new SyscallError(
        EPERM,
        'setns',
        'only root may change the network of the machine itself: run weft as root, with sudo',
      );
    }
    this.#current = netns;
  }

  /** A fresh namespace without a name, which lives as long as a process is in it. */
  enterEmpty(): void {
    unshare(CLONE_NEWNET);
    this.#current = undefined;
  }

  /** A descriptor of the namespace, valid until `release`. Throws ENOENT when there is none of that name. */
  descriptor(netns: Netns): number {
    return this.#hold(netns).fd;
  }

  /** A netlink socket that speaks to the namespace wherever the thread is, valid until `release`. */
  socket(netns: Netns): NetlinkSocket {
    const held = this.#hold(netns);
    if (held.socket === undefined) {
      this.enter(netns);
      held.socket = NetlinkSocket.open();
    }
    return held.socket;
  }

  /** Makes the namespace unless it is there, with its loopback up. */
  add(netns: Netns): void {
    const path = pathOf(netns);
    if (!(existsSync(path) && isNamespace(path))) this.#make(netns, path);
    setLink(this.socket(netns), 'lo', { up: true });
  }

  /** Takes its name away; it ends with its last process. Gone already is fine. */
  delete(netns: Netns): void {
    const path = pathOf(netns);
    if (this.#current === netns) this.enter(PANEL);
    this.#forget(netns);
    try {
      unmount(path);
    } catch (thrown) {
      const code = errnoOf(thrown);
      if (code !== 'ENOENT' && code !== 'EINVAL') throw thrown;
    }
    rmSync(path, { force: true });
  }

  names(): Netns[] {
    try {
      return readdirSync(folder).filter((name) => isNamespace(`${folder}/${name}`));
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return [];
      throw thrown;
    }
  }

  /** Back to the panel, with nothing open for nodes' namespaces. */
  release(): void {
    this.enter(PANEL);
    this.#forgetNodes();
  }

  /** The same, but what is open stays so for the next call, if it comes soon. */
  releaseSoon(): void {
    this.enter(PANEL);
    clearTimeout(this.#releasing);
    this.#releasing = setTimeout(() => this.#forgetNodes(), soon).unref();
  }

  #forgetNodes(): void {
    for (const netns of this.#held.keys()) if (netns !== HOST && netns !== PANEL) this.#forget(netns);
  }

  #make(netns: Netns, path: string): void {
    if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
    writeFileSync(path, '', { mode: 0o444 });
    this.enterEmpty();
    mount(own, path, MS_BIND);
    this.#forget(netns);
    this.#keep(netns, openSync(own, 'r'));
    this.#current = netns;
  }

  #hold(netns: Netns): Held {
    return this.#held.get(netns) ?? this.#keep(netns, openNamespace(netns));
  }

  #keep(netns: Netns, fd: number): Held {
    if (this.#held.size >= this.#most) this.#forgetOldest();
    const held = { fd, socket: undefined };
    this.#held.set(netns, held);
    return held;
  }

  #forgetOldest(): void {
    for (const netns of this.#held.keys()) {
      if (netns === HOST || netns === PANEL || netns === this.#current) continue;
      this.#forget(netns);
      return;
    }
  }

  #forget(netns: Netns): void {
    const held = this.#held.get(netns);
    if (held === undefined) return;
    held.socket?.close();
    descriptors.close(held.fd);
    this.#held.delete(netns);
  }
}

function openPanel(): number {
  try {
    return openSync('/proc/1/ns/net', 'r');
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EACCES') throw thrown;
    return openSync(own, 'r');
  }
}

function openNamespace(netns: Netns): number {
  try {
    if (isNamespace(pathOf(netns))) return openSync(pathOf(netns), 'r');
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown;
  }
  throw new SyscallError(ENOENT, 'open', `there is no namespace ${netns}`);
}

function pathOf(netns: Netns): string {
  if (!/^[^/\0@][^/\0]*$/.test(netns) || netns === '.' || netns === '..' || Buffer.byteLength(netns) > 255) {
    throw new SyscallError(EINVAL, 'path', `${JSON.stringify(netns)} cannot name a namespace`);
  }
  return `${folder}/${netns}`;
}

function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === NSFS_MAGIC;
  } catch (thrown) {
    if (errnoOf(thrown) === 'ENOENT') return false;
    throw thrown;
  }
}

function mostOpenFiles(): number {
  return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? 1024);
}
