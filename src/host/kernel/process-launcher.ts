import { closeSync, openSync, statSync } from 'node:fs';
import { EMPTY, type SpawnRequest } from '../../boundary/kernel.ts';
import { duplicate } from '../libc/descriptors.ts';
import { CLONE_NEWUTS, setHostName, setns, unshare } from '../libc/namespaces.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { spawnProcess } from '../netlink/spawn-process.ts';
import { findProgram } from './find-program.ts';
import type { Namespaces } from './namespaces.ts';
import { openDescriptor } from './open-descriptor.ts';
import { ownerMarks } from './owner-marks.ts';

/** asm-generic/errno-base.h */
const ENOENT = 2;

/** Starts nodes' processes in their namespaces. */
export class ProcessLauncher {
  readonly #namespaces: Namespaces;
  readonly #lab: string;
  /**
   * The thread's UTS namespace, to return to: its own, because out of a user namespace nobody returns to the machine's.
   * undefined where no namespaces may be made: processes then start in the panel, under the machine's name.
   */
  readonly #ownNames: number | undefined;

  private constructor(namespaces: Namespaces, lab: string, ownNames: number | undefined) {
    this.#namespaces = namespaces;
    this.#lab = lab;
    this.#ownNames = ownNames;
  }

  static open(namespaces: Namespaces, lab: string, mayMakeNamespaces: boolean): ProcessLauncher {
    if (!mayMakeNamespaces) return new ProcessLauncher(namespaces, lab, undefined);
    unshare(CLONE_NEWUTS);
    return new ProcessLauncher(namespaces, lab, openSync('/proc/thread-self/ns/uts', 'r'));
  }

  /** The number of the new process, which leads a session of its own. The caller reaps it, and releases the namespaces. */
  launch(request: SpawnRequest): number {
    const opened: number[] = [];
    try {
      const program = programOf(request);
      opened.push(openSync('/dev/null', 'r'), openSync(request.logFile, 'a', 0o600));
      for (const descriptor of request.descriptors) opened.push(openDescriptor(this.#namespaces, descriptor));
      const [input = 0, log = 0, ...handed] = opened;
      const first = 16 + handed.length;
      const passed = [input, log, log, ...handed].map((fd) => {
        const raised = duplicate(fd, first);
        opened.push(raised);
        return raised;
      });
      return this.#inNamespaces(request, () =>
        spawnProcess({
          program,
          argv: request.argv,
          environment: Object.entries({ ...request.environment, ...ownerMarks(this.#lab), WEFT_NODE: request.node }).map(
            ([name, value]) => `${name}=${value}`,
          ),
          directory: request.directory,
          descriptors: passed,
        }),
      );
    } finally {
      for (const fd of opened) closeSync(fd);
    }
  }

  #inNamespaces(request: SpawnRequest, start: () => number): number {
    if (request.netns !== EMPTY) this.#namespaces.enter(request.netns);
    else if (this.#ownNames !== undefined) this.#namespaces.enterEmpty();
    if (request.hostname === undefined || this.#ownNames === undefined) return start();
    unshare(CLONE_NEWUTS);
    try {
      setHostName(request.hostname);
      return start();
    } finally {
      setns(this.#ownNames, CLONE_NEWUTS);
    }
  }
}

/** On the new process's own PATH and from its own directory. */
function programOf({ argv, environment, directory }: SpawnRequest): string {
  if (!statSync(directory).isDirectory()) throw new SyscallError(ENOENT, 'chdir', `${directory} is no directory`);
  const [word = ''] = argv;
  const found = findProgram(word, (environment['PATH'] ?? '/usr/bin:/bin').split(':'), directory);
  if (found === undefined) throw new SyscallError(ENOENT, 'exec', `there is no program ${word}`);
  return found;
}
