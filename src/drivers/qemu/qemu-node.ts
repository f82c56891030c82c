import type { Clock } from '../../boundary/clock.ts';
import type { GrowingFiles } from '../../boundary/growing-files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream, Streams } from '../../boundary/streams.ts';
import { lastLines } from '../../model/terminal-text.ts';
import { decodeUtf8 } from '../../model/utf8.ts';
import { GuestAgent, type GuestExecResult } from './agent.ts';
import { isObject } from './json-lines.ts';
import type { NodeRunFiles } from './node-run-directory.ts';
import { PanicSearch } from './panic-search.ts';
import { QmpClient, type QmpEvent } from './qmp.ts';
import { Reopening } from './reopening.ts';
import type { ScriptHeader } from './script-header.ts';

/** The hands of a QemuNode. */
export interface QemuParts {
  readonly streams: Streams;
  readonly clock: Clock;
  readonly logs: GrowingFiles;
}

/** A process that was started, or found running after the engine had died. */
export interface QemuProcess {
  readonly node: string;
  readonly header: ScriptHeader;
  readonly files: NodeRunFiles;
  /** The process's own output, for the error when it ends early. */
  readonly log: string;
  /** Length of consoleLog before this start: what an earlier run printed does not make this one ready. 0 for an adopted process. */
  readonly consoleFrom: number;
  /** Length of `log` before this start. */
  readonly logFrom: number;
  /** Settles when the process has ended. */
  readonly exited: Promise<unknown>;
}

/** `running`, or why the virtual CPUs stand still: `paused`, `shutdown`, `guest-panicked`, ... (RunState of the QMP reference). */
export type MachineState = string;

/** Pause between two looks at a socket, a log or a state. Milliseconds. */
const LOOK_AGAIN = 25;
/** Pause between two looks for a panic. Milliseconds. */
const LOOK_FOR_PANIC = 500;
const ERROR_LINES = 12;
/** From the end of its connections to that of the process. Milliseconds. */
const ENDS_WITHIN = 500;

/**
 * A running QEMU, reached by the sockets in its run folder only: nothing else needs to be known of it, so an engine that was killed finds
 * it again. Deadlines are milliseconds. QMP and agent connections are opened when first needed and again after they broke.
 */
export class QemuNode {
  readonly #parts: QemuParts;
  readonly #process: QemuProcess;
  readonly #eventListeners: ((event: QmpEvent) => void)[] = [];
  readonly #qmp: Reopening<QmpClient> = new Reopening<QmpClient>();
  readonly #agent: Reopening<GuestAgent> = new Reopening<GuestAgent>();
  #exited = false;
  #closed = false;

  private constructor(parts: QemuParts, process: QemuProcess) {
    this.#parts = parts;
    this.#process = process;
  }

  /** Takes hold of it; connects to nothing yet. */
  static hold(parts: QemuParts, process: QemuProcess): QemuNode {
    const node = new QemuNode(parts, process);
    const ended = () => {
      node.#exited = true;
    };
    process.exited.then(ended, ended);
    return node;
  }

  /** Waits until QEMU answers on its QMP socket. Fails with what the process and the console last said when it ends or is late. */
  async attach(deadline: number): Promise<void> {
    await this.#connectQmp(deadline);
  }

  /** Called for each QMP event: SHUTDOWN, RESET, STOP, RESUME, NIC_RX_FILTER_CHANGED... Survives reconnections. */
  onEvent(listener: (event: QmpEvent) => void): void {
    this.#eventListeners.push(listener);
  }

  async status(deadline: number = 5000): Promise<MachineState> {
    const answer = await this.qmp('query-status', undefined, deadline);
    return isObject(answer) && typeof answer['status'] === 'string' ? answer['status'] : 'unknown';
  }

  async resources(): Promise<{ readonly memoryBytes: number; readonly vcpus: number }> {
    const memory = await this.qmp('query-memory-size-summary');
    const cpus = await this.qmp('query-cpus-fast');
    const base = isObject(memory) && typeof memory['base-memory'] === 'number' ? memory['base-memory'] : 0;
    return { memoryBytes: base, vcpus: Array.isArray(cpus) ? cpus.length : 0 };
  }

  /** Any QMP command. */
  async qmp(command: string, parameters?: Readonly<Record<string, unknown>>, deadline: number = 10_000): Promise<unknown> {
    const client = await this.#connectQmp(deadline);
    try {
      return await client.execute(command, parameters, { deadline });
    } catch (failure) {
      throw await this.#orItsEnd(failure);
    }
  }

  /** The guest's agent, connected; it may not answer yet. HostError `no-agent` where the template has none. */
  async agent(deadline: number = 5000): Promise<GuestAgent> {
    if (!this.#process.header.agent) {
      throw new HostError('no-agent', `${this.#process.node} has no guest agent, so commands cannot be run in it`, {
        hint: `use its console: weft console ${this.#process.node}`,
      });
    }
    const { agent } = this.#process.files;
    return this.#agent.get(async () => GuestAgent.over(await this.#connect(agent, deadline), this.#parts.clock));
  }

  async exec(
    argv: readonly string[],
    options: { input?: Uint8Array; environment?: Readonly<Record<string, string>>; deadline?: number } = {},
  ): Promise<GuestExecResult> {
    return (await this.agent()).exec(argv, options);
  }

  /** A file of the guest's, as text; undefined where the guest opens none. */
  async readText(path: string): Promise<string | undefined> {
    const agent = await this.agent();
    try {
      return decodeUtf8(await agent.readFile(path));
    } catch (failure) {
      if (!(failure instanceof HostError) || failure.code !== 'GenericError') throw failure;
      return undefined;
    }
  }

  /** Waits until the node is ready as its script's header says. Fails with the last console lines when it ends, its kernel panics or it is late. */
  async ready(deadline: number): Promise<void> {
    const until = this.#parts.clock.now() + deadline;
    await this.attach(deadline);
    let over = false;
    const ready = this.#isReady(until).finally(() => {
      over = true;
    });
    await Promise.race([ready, this.#panicUnless(() => over).then(() => ready)]);
  }

  async #isReady(until: number): Promise<void> {
    const { ready } = this.#process.header;
    if (ready.kind === 'agent') return this.#agentAnswers(until);
    if (ready.kind === 'console') return this.#consoleShows(ready.text, until);
  }

  /** Fails as soon as the guest's kernel has panicked: it will never be ready. */
  async #panicUnless(over: () => boolean): Promise<void> {
    const { consoleFrom, files, node } = this.#process;
    // The console's log of a process that was found running begins with what earlier ones printed.
    const from = consoleFrom || (await this.#parts.logs.size(files.consoleLog));
    const logs = [new PanicSearch(files.bootLog, 0), new PanicSearch(files.consoleLog, from)];
    while (!over()) {
      for (const log of logs) {
        const why = await log.look(this.#parts.logs);
        if (why !== undefined && !over()) throw panicked(node, why, log.path);
      }
      await this.#parts.clock.sleep(LOOK_FOR_PANIC);
    }
  }

  /** Asks the guest to power off: by its agent, else by the power button. It may take as long as it likes, or never do it. */
  async powerDown(): Promise<void> {
    if (this.#process.header.agent) {
      const asked = await this.agent(1000)
        .then((agent) => agent.shutdown('powerdown', 1000))
        .then(
          () => true,
          () => false,
        );
      if (asked) return;
    }
    await this.qmp('system_powerdown');
  }

  /** Ends QEMU itself, now, as if the power had failed. Fails only when QEMU does not answer; then only a signal is left. */
  async quit(deadline: number = 2000): Promise<void> {
    try {
      await this.qmp('quit', undefined, deadline);
    } catch (failure) {
      if (!(failure instanceof HostError) || !['closed', 'exit'].includes(failure.code)) throw failure;
    }
  }

  /** What the process, its boot and its main console last said, for errors; oldest first. */
  async lastWords(lines: number = ERROR_LINES): Promise<readonly string[]> {
    const { consoleFrom, files, log, logFrom } = this.#process;
    const console = lastLines(await this.#tail(files.consoleLog, consoleFrom), lines);
    const boot = lastLines(await this.#tail(files.bootLog, 0), lines);
    const own = lastLines(await this.#tail(log, logFrom), lines);
    return [...own, ...(console.length === 0 ? boot : console)].slice(-lines);
  }

  /** Lets go of the sockets; QEMU runs on. */
  close(): void {
    this.#closed = true;
    this.#qmp.close();
    this.#agent.close();
  }

  /** QEMU closes its connections as it ends. That it ended is known an instant later, and says more. */
  async #orItsEnd(failure: unknown): Promise<unknown> {
    if (!(failure instanceof HostError) || failure.code !== 'closed' || this.#closed) return failure;
    await this.#parts.clock.sleep(ENDS_WITHIN, this.#process.exited);
    return this.#exited ? this.#failure('exit', `${this.#process.node} ended`, failure) : failure;
  }

  #connectQmp(deadline: number): Promise<QmpClient> {
    return this.#qmp.get(async () => {
      const until = this.#parts.clock.now() + deadline;
      const client = await this.#openQmp(until);
      client.onEvent((event) => {
        for (const listener of this.#eventListeners) listener(event);
      });
      return client;
    });
  }

  /** A QEMU that fails early opens its socket and ends before it greets: why it ended is what matters then. */
  async #openQmp(until: number): Promise<QmpClient> {
    const left = () => Math.max(1000, until - this.#parts.clock.now());
    for (;;) {
      const stream = await this.#connect(this.#process.files.qmp, left());
      try {
        return await QmpClient.open(stream, this.#parts.clock, left());
      } catch (failure) {
        if (!(failure instanceof HostError) || failure.code !== 'closed') throw failure;
        await this.#lookAgain(until, 'closed its QMP connection', failure);
      }
    }
  }

  async #connect(path: string, deadline: number): Promise<ByteStream> {
    const until = this.#parts.clock.now() + deadline;
    for (;;) {
      if (this.#closed) throw new HostError('closed', `${this.#process.node} was let go`);
      try {
        return await this.#parts.streams.connectUnix(path);
      } catch (failure) {
        if (!(failure instanceof HostError) || !['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EAGAIN'].includes(failure.code))
          throw failure;
        await this.#lookAgain(until, 'did not open its sockets', failure);
      }
    }
  }

  async #agentAnswers(until: number): Promise<void> {
    const left = () => Math.max(1, until - this.#parts.clock.now());
    for (;;) {
      try {
        return await (await this.agent(left())).ping(left());
      } catch (failure) {
        if (!(failure instanceof HostError) || failure.code === 'exit') throw failure;
        await this.#lookAgain(until, 'got no answer from its guest agent', failure);
      }
    }
  }

  async #consoleShows(text: string, until: number): Promise<void> {
    const { consoleFrom, files } = this.#process;
    let seen = '';
    for (let at = consoleFrom; ; ) {
      const bytes = await this.#parts.logs.readFrom(files.consoleLog, at, 1 << 20);
      at += bytes.length;
      seen += decodeUtf8(bytes);
      if (seen.includes(text)) return;
      seen = seen.slice(-text.length);
      if (bytes.length === 0) await this.#lookAgain(until, `did not print "${text}" on its console`);
    }
  }

  /** Sleeps a moment; fails when the process has ended or the time is over. */
  async #lookAgain(until: number, missing: string, cause?: unknown): Promise<void> {
    const { clock } = this.#parts;
    const { node } = this.#process;
    if (this.#exited) throw await this.#failure('exit', `${node} ended before it was ready`, cause);
    if (clock.now() >= until) throw await this.#failure('timeout', `${node} ${missing} in time`, cause);
    await clock.sleep(LOOK_AGAIN);
  }

  async #failure(code: string, message: string, cause: unknown): Promise<HostError> {
    const words = await this.lastWords().catch(() => []);
    const said = words.length === 0 ? 'it printed nothing' : `its last lines:\n${words.map((line) => `  ${line}`).join('\n')}`;
    return new HostError(code, `${message}; ${said}`, {
      hint: `see ${this.#process.log} and ${this.#process.files.consoleLog}`,
      ...(cause === undefined ? {} : { cause }),
    });
  }

  async #tail(path: string, from: number): Promise<string> {
    const size = await this.#parts.logs.size(path);
    const start = Math.max(from, size - 8192);
    return decodeUtf8(await this.#parts.logs.readFrom(path, start, 8192));
  }
}

function panicked(node: string, why: string, log: string): HostError {
  const more = /memory/i.test(why) ? 'give it more memory (qn_mem); ' : '';
  return new HostError('panic', `the kernel of ${node} panicked: ${why}`, { hint: `${more}what it printed is in ${log}` });
}
