import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import {
  type ConditionedInterface,
  type HandedDescriptor,
  HOST,
  type InterfaceSight,
  type InterfaceState,
  type KernelAbilities,
  type Netns,
  PANEL,
  type ProcessExit,
} from '../../boundary/kernel.ts';

import { Captures } from '../capture/captures.ts';
import { kill, passNothingOn } from '../libc/processes.ts';
import { listLinks, setLink } from '../netlink/links.ts';
import { listQdiscs } from '../netlink/qdisc-listing.ts';
import { errnoOf } from '../system-failure.ts';
import { findProcesses } from './find-processes.ts';
import { flowsOf } from './flow-operations.ts';
import { FrameCarrier } from './frame-carrier.ts';
import { handLines } from './hand-lines.ts';
import { LaunchThread } from './launch-thread.ts';
import { LinkWatch } from './link-watch.ts';
import { Namespaces } from './namespaces.ts';
import { openDescriptor } from './open-descriptor.ts';
import { runOperations } from './operations.ts';
import { sendThrough } from './passages.ts';
import { Unplugged } from './plug-operation.ts';
import { probeAbilities } from './probe-abilities.ts';
import { readProcessStat } from './process-stat.ts';
import { ProcessWatch } from './process-watch.ts';
import type { KernelCalls } from './protocol.ts';
import { Relays } from './relays.ts';
import { signalSessions } from './signal-sessions.ts';

/** Whom the worker tells what it was not asked for. */
interface Tell {
  readonly exit: (exit: ProcessExit) => void;
  readonly sights: (sights: readonly InterfaceSight[]) => void;
}

/** What the worker process does; it runs in this thread, which it moves between namespaces. Everything in the kernel outlives it. */
export class KernelWorker {
  readonly #lab: string;
  readonly #hostProc: string;
  readonly #namespaces: Namespaces;
  readonly #abilities: KernelAbilities;
  readonly #launcher: LaunchThread;
  readonly #watch: ProcessWatch;
  readonly #relays: Relays;
  readonly #carrier: FrameCarrier;
  readonly #captures: Captures;
  readonly #unplugged = new Unplugged();
  readonly #links: LinkWatch;

  private constructor(lab: string, hostProc: string, threadPath: string, tell: Tell) {
    this.#lab = lab;
    this.#hostProc = hostProc;
    this.#namespaces = Namespaces.open();
    this.#abilities = probeAbilities(this.#namespaces);
    passNothingOn();
    this.#launcher = new LaunchThread(threadPath, {
      lab,
      hostProc,
      namespaces: this.#namespaces.toShare,
      mayMakeNamespaces: this.#abilities.namespaces,
    });
    this.#watch = new ProcessWatch(tell.exit);
    this.#links = new LinkWatch(this.#namespaces, { lab, host: this.#abilities.host }, tell.sights);
    this.#relays = new Relays(this.#namespaces);
    this.#carrier = new FrameCarrier(threadPath);
    this.#captures = new Captures(threadPath, this.#namespaces.toShare);
  }

  /** Enters the panel and takes note of the lab's processes. */
  static start(lab: string, hostProc: string, threadPath: string, tell: Tell): KernelWorker {
    const worker = new KernelWorker(lab, hostProc, threadPath, tell);
    if (worker.#namespaces.ownPanel) {
      worker.#preparePanel();
      worker.#links.start();
    }
    worker.#watch.start();
    worker.calls.processes();
    return worker;
  }

  get abilities(): KernelAbilities {
    return this.#abilities;
  }

  readonly calls: Omit<KernelCalls, 'start'> = {
    run: (ops) => {
      this.#links.changing(ops);
      const means = {
        classifier: this.#abilities.classifier,
        carrier: this.#carrier,
        unplugged: this.#unplugged,
        captures: this.#captures,
      };
      return runOperations(this.#namespaces, means, ops);
    },
    spawn: (requests) => {
      this.#links.changing([]);
      return this.#watch.during(() => this.#launcher.launch(requests));
    },
    signal: (pids, signal) => {
      const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
      const nodes = pids.filter((pid) => pid > 1);
      if (number === constants.signals.SIGSTOP || number === constants.signals.SIGCONT) signalSessions(nodes, number);
      else for (const pid of nodes) if (number !== undefined) kill(-pid, number);
      return undefined;
    },
    stopped: (pids) => pids.filter((pid) => readProcessStat(pid)?.state === 'T'),
    interfaces: (namespaces) => {
      try {
        return namespaces.flatMap((netns) => this.#interfacesOf(netns));
      } finally {
        this.#namespaces.release();
      }
    },
    conditioned: (namespaces) => {
      try {
        return namespaces.flatMap((netns) => this.#conditionedOf(netns));
      } finally {
        this.#namespaces.release();
      }
    },
    flows: (netns) => {
      try {
        return this.#ofNamespace(netns, () => flowsOf(this.#namespaces, netns));
      } finally {
        this.#namespaces.release();
      }
    },
    namespaces: () => this.#namespaces.names(),
    processes: () => {
      const found = findProcesses(this.#lab, this.#hostProc);
      for (const { pid, node } of found) this.#watch.adopt(pid, node);
      return found;
    },
    capture: (request) => this.#captures.begin(request),
    recapture: (socketPath, ports) => {
      this.#captures.move(socketPath, ports);
      return undefined;
    },
    passages: (passages, milliseconds) =>
      sendThrough(this.#namespaces, { lab: this.#lab, classifier: this.#abilities.classifier }, passages, milliseconds),
    relay: async (path, netns, host, port) => {
      await this.#relays.open(path, netns, host, port);
      return undefined;
    },
    hand: (path, lines, until) => handLines(path, lines, until, (wanted) => this.#openOnce(wanted)),
  };

  async close(): Promise<void> {
    this.#relays.close();
    this.#carrier.close();
    await this.#captures.close();
  }

  #openOnce(wanted: HandedDescriptor): number {
    try {
      return openDescriptor(this.#namespaces, wanted);
    } finally {
      this.#namespaces.releaseSoon();
    }
  }

  /** The panel's own stack is to stay silent on the wires: without IPv6 its interfaces send nothing when they come up. */
  #preparePanel(): void {
    setLink(this.#namespaces.socket(PANEL), 'lo', { up: true });
    try {
      writeFileSync('/proc/sys/net/ipv6/conf/default/disable_ipv6', '1', { flag: 'r+' });
    } catch (thrown) {
      if (errnoOf(thrown) !== 'ENOENT') throw thrown;
    }
  }

  #interfacesOf(netns: Netns): InterfaceState[] {
    return this.#ofNamespace(netns, () => listLinks(this.#namespaces.socket(netns)).map((link) => ({ netns, ...link })));
  }

  #conditionedOf(netns: Netns): ConditionedInterface[] {
    return this.#ofNamespace(netns, () => {
      const socket = this.#namespaces.socket(netns);
      const found = listQdiscs(socket);
      if (found.length === 0) return [];
      const names = new Map(listLinks(socket).map(({ index, name }) => [index, name]));
      return found.map(({ index, conditions }) => ({ netns, name: names.get(index) ?? '', conditions }));
    });
  }

  /** Nothing where there is no such namespace, or none that we may look into. */
  #ofNamespace<T>(netns: Netns, read: () => T[]): T[] {
    if (netns === HOST && !this.#abilities.host) return [];
    try {
      return read();
    } catch (thrown) {
      if (errnoOf(thrown) === 'ENOENT') return [];
      throw thrown;
    }
  }
}
