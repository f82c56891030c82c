import type { Clock } from '../../boundary/clock.ts';
import type { Driver, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel, KernelFailure, NodeProcess, ProcessExit } from '../../boundary/kernel.ts';
import type { NodeFailure, ProgressEvent } from '../../model/outcome.ts';
import { attributeOf, isNamespace } from '../../model/topology.ts';
import type { Lab } from '../lab.ts';
import type { Admission } from './admission.ts';
import { launchIsThrough, pastEarlyEnd } from './launch-watch.ts';
import { MemoryBudget } from './memory-budget.ts';
import { availableIn, bytesOf } from './memory-size.ts';
import type { NodeRecord } from './node-record.ts';
import { type Drivers, driverFor } from './read-scripts.ts';

/** What a launcher works with. */
export interface LauncherParts {
  readonly kernel: Kernel;
  readonly files: Files;
  readonly clock: Clock;
  readonly drivers: Drivers;
  readonly admission: Admission;
}

export interface LaunchOptions {
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly emit: (event: ProgressEvent) => void;
  /** Called right before a process is started; with a HostError it is not. */
  readonly launching: (record: NodeRecord) => Promise<void>;
  /** Called as soon as a process runs, before anybody waits for it to be ready. */
  readonly launched: (record: NodeRecord) => Promise<void>;
}

/** Namespace nodes are started this many at a time, so that progress is seen. */
const batch = 100;

/** Pause between two looks at a node that another start is at. Milliseconds. */
const lookAgain = 50;

/** Starts processes of nodes whose wires exist. */
export class Launcher {
  readonly #parts: LauncherParts;
  #lab: Lab;
  readonly #node: (record: NodeRecord) => DriverNode;
  readonly #configure: (record: NodeRecord) => Promise<void>;
  readonly #configured = new WeakMap<NodeHandle, Promise<void>>();

  /** `configure` is called for a machine whose guest answers; the machine is ready afterwards. */
  constructor(
    parts: LauncherParts,
    lab: Lab,
    node: (record: NodeRecord) => DriverNode,
    configure: (record: NodeRecord) => Promise<void>,
  ) {
    this.#parts = parts;
    this.#lab = lab;
    this.#node = node;
    this.#configure = configure;
  }

  /** Works for another description of the same lab from now on. */
  follow(lab: Lab): void {
    this.#lab = lab;
  }

  /** Starts all of them; gives the failures. A node that is no longer wanted when its turn comes is left alone. */
  async launch(records: readonly NodeRecord[], options: LaunchOptions): Promise<readonly NodeFailure[]> {
    const namespaces = records.filter((record) => isNamespace(record.node));
    const machines = records.filter((record) => !isNamespace(record.node));
    const failures: NodeFailure[] = [];
    for (let at = 0; at < namespaces.length; at += batch) {
      failures.push(...(await this.#launchBatch(namespaces.slice(at, at + batch), options)));
    }
    const memory = await this.#memoryBudget();
    const outcomes = await Promise.all(machines.map((record) => this.#launchMachine(record, memory, options)));
    return [...failures, ...outcomes.filter((failure) => failure !== undefined)];
  }

  /** Waits until nodes that another start has brought up, or is at, are ready; gives those that are not by then. */
  async awaitStarted(records: readonly NodeRecord[], timeoutMs: number): Promise<readonly NodeFailure[]> {
    const { clock } = this.#parts;
    const until = clock.now() + timeoutMs;
    const failures: NodeFailure[] = [];
    for (const record of records) {
      while (record.launching && clock.now() < until) await clock.sleep(lookAgain);
      if (record.ready) continue;
      try {
        if (record.handle === undefined) throw new HostError('not-running', record.reason ?? 'it does not run');
        await this.#becomeReady(record, record.handle, Math.max(1, until - clock.now()));
      } catch (failure) {
        if (!(failure instanceof HostError)) throw failure;
        failures.push({ node: record.name, message: failure.message });
      }
    }
    return failures;
  }

  /** Takes hold of a process that was found running. */
  adopt(record: NodeRecord, process: NodeProcess): void {
    const driver = this.#driverOf(record);
    record.process = process;
    record.handle = driver.attach(this.#node(record), process, record.exit());
    record.reason = undefined;
    void this.#becomeReady(record, record.handle, 60_000).catch(() => undefined);
  }

  async #launchBatch(records: readonly NodeRecord[], options: LaunchOptions): Promise<readonly NodeFailure[]> {
    const failures: NodeFailure[] = [];
    const wanted: NodeRecord[] = [];
    for (const record of records) {
      if (!record.wanted) continue;
      const failure = await this.#launching(record, options);
      if (failure === undefined) wanted.push(record);
      else failures.push(failure);
    }
    const outcomes = await this.#parts.kernel.spawn(wanted.map((record) => this.#driverOf(record).launch(this.#node(record))));
    const started: NodeRecord[] = [];
    const pids = new Map<string, string>();
    for (const [at, record] of wanted.entries()) {
      const outcome = outcomes[at] as NodeProcess | KernelFailure;
      if ('pid' in outcome) {
        this.#hold(record, outcome);
        started.push(record);
        pids.set(this.#pidFile(record), `${outcome.hostPid}\n`);
      } else failures.push(failed(record, outcome.message, undefined, options));
    }
    const late = started.flatMap(({ wanted: still, process }) => (still || process === undefined ? [] : [process.pid]));
    if (late.length > 0) await this.#parts.kernel.signal(late, 'SIGKILL');
    await this.#parts.files.replaceAll(pids);
    for (const record of started) {
      await options.launched(record);
      options.emit({ node: record.name, stage: 'launched' });
      record.ready = record.process !== undefined;
      options.emit({ node: record.name, stage: 'ready' });
    }
    return failures;
  }

  async #launching(record: NodeRecord, options: LaunchOptions): Promise<NodeFailure | undefined> {
    options.emit({ node: record.name, stage: 'launching' });
    try {
      await options.launching(record);
      return undefined;
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return failed(record, failure.message, failure.hint, options);
    }
  }

  async #launchMachine(record: NodeRecord, memory: MemoryBudget, options: LaunchOptions): Promise<NodeFailure | undefined> {
    const boots = this.#lab.scripts.get(record.name)?.capabilities.boots ?? false;
    options.emit({ node: record.name, stage: 'waiting' });
    const leave = boots ? await this.#parts.admission.enter() : () => undefined;
    try {
      if (!record.wanted) return undefined;
      memory.take(this.#memoryOf(record), record.name);
      const refused = await this.#launching(record, options);
      if (refused !== undefined) return refused;
      const [driver, node] = [this.#driverOf(record), this.#node(record)];
      await driver.prepare(node);
      const printed = (await this.#printed(record)).length;
      const [outcome] = await this.#parts.kernel.spawn([driver.launch(node)]);
      if (outcome === undefined || !('pid' in outcome)) {
        return failed(record, outcome?.message ?? 'the worker gave no answer', undefined, options);
      }
      const ended = record.exit();
      await this.#started(record, outcome, options);
      return await this.#settle(record, { ended, printed }, leave, options);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return failed(record, failure.message, failure.hint, options);
    } finally {
      if (!boots || options.wait || record.process === undefined) leave();
    }
  }

  /** Waits until the machine is ready, or has ended; without `wait` only for an early end, while its slot is kept until it has booted. */
  async #settle(
    record: NodeRecord,
    { ended, printed }: { ended: Promise<ProcessExit>; printed: number },
    leave: () => void,
    options: LaunchOptions,
  ): Promise<NodeFailure | undefined> {
    const handle = record.handle;
    if (handle === undefined) throw await this.#earlyEnd(record, await ended, printed);
    const gone = ended.then(async (exit) => {
      throw await this.#earlyEnd(record, exit, printed);
    });
    const ready = this.#becomeReady(record, handle, options.timeoutMs).then(async () => {
      // Who says nothing of being ready is so once it has not ended at once.
      if (handle.answers === undefined) await pastEarlyEnd(this.#parts.clock, ended);
      if (record.process === undefined) await gone;
      options.emit({ node: record.name, stage: 'ready' });
    });
    // Of one that ended, what it ended with says more than that it did.
    const first = Promise.race([ready.catch((failure: unknown) => (isEnd(failure) ? gone : Promise.reject(failure))), gone]);
    if (options.wait) {
      await first;
      return undefined;
    }
    void first.then(leave, (failure: unknown) => {
      record.reason ??= failure instanceof Error ? failure.message : String(failure);
      leave();
    });
    const through = launchIsThrough(this.#parts.clock, handle, ended, options.timeoutMs);
    await Promise.race([first.catch(() => undefined), through]);
    if (record.process === undefined) await gone;
    return undefined;
  }

  /** A machine is ready once its guest answers and is configured, which happens once however many wait for it. */
  async #becomeReady(record: NodeRecord, handle: NodeHandle, timeoutMs: number): Promise<void> {
    await handle.ready(timeoutMs);
    const configured = this.#configured.get(handle) ?? this.#configure(record);
    this.#configured.set(handle, configured);
    await configured;
    record.ready = record.process !== undefined;
    if (record.ready) record.reason = undefined;
  }

  async #started(record: NodeRecord, process: NodeProcess, options: LaunchOptions): Promise<void> {
    this.#hold(record, process);
    if (!record.wanted) await this.#parts.kernel.signal([process.pid], 'SIGKILL');
    await this.#parts.files.replace(this.#pidFile(record), `${process.hostPid}\n`);
    await options.launched(record);
    options.emit({ node: record.name, stage: 'launched' });
  }

  /** At once, so that the process's end is not missed. */
  #hold(record: NodeRecord, process: NodeProcess): void {
    record.process = process;
    record.ready = false;
    record.reason = undefined;
    record.handle = this.#driverOf(record).attach(this.#node(record), process, record.exit());
  }

  #pidFile(record: NodeRecord): string {
    return `${this.#lab.spec.directory}/${record.name}.pid`;
  }

  /** `printed` is the length of the node's log before this start: what an earlier run said is no reason. */
  async #earlyEnd(record: NodeRecord, exit: ProcessExit, printed: number): Promise<HostError> {
    const how = exit.signal === undefined ? `with exit code ${exit.code ?? 'unknown'}` : `by ${exit.signal}`;
    const said = (await this.#printed(record)).slice(printed).trimEnd().split('\n').slice(-5).join('\n');
    return new HostError('exit', `it ended ${how}${said === '' ? '' : `:\n${said}`}`, {
      hint: `what it printed is in ${this.#logOf(record)}`,
    });
  }

  async #printed(record: NodeRecord): Promise<string> {
    return (await this.#parts.files.readTextIfThere(this.#logOf(record))) ?? '';
  }

  #logOf({ name }: NodeRecord): string {
    return `${this.#lab.spec.directory}/${name}.log`;
  }

  #driverOf(record: NodeRecord): Driver {
    return driverFor(this.#parts.drivers, record.node.kind);
  }

  #memoryOf(record: NodeRecord): number {
    return bytesOf(attributeOf(this.#lab.spec.topology, record.node, 'qn_mem') ?? '') ?? 0;
  }

  async #memoryBudget(): Promise<MemoryBudget> {
    return new MemoryBudget(availableIn((await this.#parts.files.readTextIfThere('/proc/meminfo')) ?? ''));
  }
}

function isEnd(failure: unknown): boolean {
  return failure instanceof HostError && failure.code === 'exit';
}

function failed(record: NodeRecord, message: string, hint: string | undefined, options: LaunchOptions): NodeFailure {
  record.reason = firstAndLast(message.split('\n'));
  options.emit({ node: record.name, stage: 'failed', message });
  return { node: record.name, message, ...(hint === undefined ? {} : { hint }) };
}

/** What happened, and the last that was said about it. */
function firstAndLast(lines: readonly string[]): string {
  return lines.length < 2 ? lines.join('') : `${lines[0]} ${lines.at(-1)}`;
}
