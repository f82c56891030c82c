import { type ChildProcess, fork } from 'node:child_process';
import { HostError } from '../../boundary/host-error.ts';
import type {
  CaptureRequest,
  HandedLine,
  InterfaceSight,
  Kernel,
  KernelAbilities,
  KernelOp,
  Netns,
  Passage,
  ProcessExit,
  SpawnRequest,
} from '../../boundary/kernel.ts';
import { nodeFlags } from '../node-flags.ts';
import { machineTime } from './machine-time.ts';
import type { KernelCalls, KernelMessage } from './protocol.ts';

/** Threads of the worker that may wait for the kernel at once: for the rings of a capture with many ports. */
const poolSize = 64;

export interface KernelWorkerOptions {
  readonly lab: string;
  /** The worker's program, src/main/kernel-worker.ts or its bundle. */
  readonly workerPath: string;
  /** Where the machine's own procfs is mounted, for the numbers that the machine gives to processes. */
  readonly hostProc: string;
  /** Words before the worker's command that lead it into the sandbox, as nsenter(1); not needed where this process is in it. */
  readonly through?: readonly string[];
}

interface Pending {
  readonly resolve: (answer: never) => void;
  readonly reject: (failure: Error) => void;
}

type Answer<Name extends keyof KernelCalls> = Awaited<ReturnType<KernelCalls[Name]>>;

/** Starts the worker in this process's namespaces: the sandbox's user, mount and PID namespaces, the machine's network. */
export async function startKernelWorker(options: KernelWorkerOptions): Promise<Kernel> {
  const client = new KernelClient(options);
  await client.start();
  return client;
}

/** Kernel by messages to the worker. A worker that dies fails what it was asked, and another takes its place. */
class KernelClient implements Kernel {
  readonly #options: KernelWorkerOptions;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((exit: ProcessExit) => void)[] = [];
  readonly #watchers: ((sights: readonly InterfaceSight[]) => void)[] = [];
  /** What the worker does for as long as it lives, to be asked of the next one. */
  readonly #relays = new Map<string, Parameters<Kernel['relay']>>();
  readonly #carries = new Map<string, KernelOp>();
  #abilities: KernelAbilities | undefined;
  #child: ChildProcess | undefined;
  #restarted: Promise<void> = Promise.resolve();
  #lastId = 0;
  #serving = false;
  #closed = false;

  constructor(options: KernelWorkerOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    const [program, ...words] = [...(this.#options.through ?? []), process.execPath, ...nodeFlags];
    const child = fork(this.#options.workerPath, [], {
      serialization: 'advanced',
      env: { ...process.env, UV_THREADPOOL_SIZE: String(poolSize) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      ...(program === undefined ? {} : { execPath: program }),
      execArgv: words,
    });
    this.#child = child;
    child.on('message', (message: KernelMessage) => this.#take(message));
    child.on('error', (failure) => this.#failAll(failure.message));
    child.on('exit', (code, signal) => this.#ended(child, signal ?? `exit code ${code}`));
    this.#abilities = await this.#send(child, 'start', this.#options.lab, this.#options.hostProc);
    this.#serving = true;
    if (this.#carries.size > 0) await this.#send(child, 'run', [...this.#carries.values()]);
    for (const relay of this.#relays.values()) await this.#send(child, 'relay', ...relay);
  }

  get abilities(): KernelAbilities {
    if (this.#abilities === undefined) throw new Error('kernel worker: not started');
    return this.#abilities;
  }

  async run(ops: readonly KernelOp[]): ReturnType<Kernel['run']> {
    if (ops.length === 0) return [];
    for (const op of ops) {
      if (op.op === 'carry') this.#carries.set(`${op.netns}/${op.name}`, op);
      else if (op.op === 'link-delete') this.#carries.delete(`${op.netns}/${op.name}`);
    }
    return await this.#call('run', ops);
  }

  spawn(requests: readonly SpawnRequest[]): ReturnType<Kernel['spawn']> {
    return requests.length === 0 ? Promise.resolve([]) : this.#call('spawn', requests);
  }

  async signal(pids: readonly number[], signal: Parameters<Kernel['signal']>[1]): Promise<void> {
    if (pids.length > 0) await this.#call('signal', pids, signal);
  }

  stopped(pids: readonly number[]): ReturnType<Kernel['stopped']> {
    return pids.length === 0 ? Promise.resolve([]) : this.#call('stopped', pids);
  }

  interfaces(namespaces: readonly Netns[]): ReturnType<Kernel['interfaces']> {
    return this.#call('interfaces', namespaces);
  }

  conditioned(namespaces: readonly Netns[]): ReturnType<Kernel['conditioned']> {
    return this.#call('conditioned', namespaces);
  }

  flows(netns: Netns): ReturnType<Kernel['flows']> {
    return this.#call('flows', netns);
  }

  namespaces(): ReturnType<Kernel['namespaces']> {
    return this.#call('namespaces');
  }

  processes(): ReturnType<Kernel['processes']> {
    return this.#call('processes');
  }

  onExit(listener: (exit: ProcessExit) => void): void {
    this.#listeners.push(listener);
  }

  onInterfaces(listener: (sights: readonly InterfaceSight[]) => void): void {
    this.#watchers.push(listener);
  }

  async relay(...relay: Parameters<Kernel['relay']>): Promise<void> {
    await this.#call('relay', ...relay);
    this.#relays.set(relay[0], relay);
  }

  capture(request: CaptureRequest): ReturnType<Kernel['capture']> {
    return this.#call('capture', request);
  }

  passages(passages: readonly Passage[], milliseconds: number): ReturnType<Kernel['passages']> {
    return this.#call('passages', passages, milliseconds);
  }

  hand(path: string, lines: readonly HandedLine[], deadlineMs: number): ReturnType<Kernel['hand']> {
    return this.#call('hand', path, lines, machineTime() + deadlineMs);
  }

  async recapture(socketPath: string, ports: CaptureRequest['ports']): Promise<void> {
    await this.#call('recapture', socketPath, ports);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    if (child.connected) child.disconnect();
    await ended;
  }

  async #call<Name extends keyof KernelCalls>(name: Name, ...given: Parameters<KernelCalls[Name]>): Promise<Answer<Name>> {
    await this.#restarted;
    if (this.#child === undefined || this.#closed) throw gone('it was closed');
    return await this.#send(this.#child, name, ...given);
  }

  #send<Name extends keyof KernelCalls>(
    child: ChildProcess,
    call: Name,
    ...given: Parameters<KernelCalls[Name]>
  ): Promise<Answer<Name>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      child.send({ id, call, arguments: given }, (failure) => {
        if (failure !== null && this.#pending.delete(id)) reject(gone(failure.message));
      });
    });
  }

  #take(message: KernelMessage): void {
    if ('exit' in message) {
      // Both may have come at once: whoever awaits the answer about a process hears of it before its end.
      setImmediate(() => {
        for (const listener of this.#listeners) listener(message.exit);
      });
      return;
    }
    if ('sights' in message) {
      for (const listener of this.#watchers) listener(message.sights);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if ('failure' in message) pending?.reject(refusal(message.failure));
    else pending?.resolve(message.answer as never);
  }

  #ended(child: ChildProcess, how: string): void {
    if (child !== this.#child) return;
    this.#child = undefined;
    if (child.connected) child.disconnect();
    this.#failAll(how);
    if (!this.#closed && this.#serving) {
      this.#serving = false;
      this.#restarted = this.start().catch(() => undefined);
    }
  }

  #failAll(how: string): void {
    for (const { reject } of this.#pending.values()) reject(gone(how));
    this.#pending.clear();
  }
}

function gone(how: string): HostError {
  return new HostError('worker', `the kernel worker ended: ${how}`, { hint: "see the engine's log" });
}

function refusal({ code, message }: { readonly code: string; readonly message: string }): Error {
  return code === 'bug' ? new Error(`kernel worker: ${message}`) : new HostError(code, message);
}
