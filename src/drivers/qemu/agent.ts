import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import { decodeBase64, encodeBase64 } from '../../model/base64.ts';
import { AgentChannel } from './agent-channel.ts';
import { isObject, type JsonObject } from './json-lines.ts';

const ANSWER_WITHIN = 10_000;
/** How much of a file travels in one request. Bytes. */
const FILE_CHUNK = 48 * 1024;
/** The first look at a started command comes soon; each later one waits half as long again, up to the last of these. Milliseconds. */
const [FIRST_LOOK, LAST_LOOK] = [4, 200];

export interface GuestExecResult {
  /** As a shell counts: 128 + signal where a signal ended it. */
  readonly code: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  /** The agent keeps 16 MiB of each; the rest was lost. */
  readonly truncated: boolean;
}

export interface GuestInterface {
  readonly name: string;
  readonly mac: string | undefined;
  /** IP/PREFIX. */
  readonly addresses: readonly string[];
}

/** The QEMU guest agent in a guest. Deadlines are milliseconds; each call fails with a HostError (`timeout`, `closed`, or the agent's error class). */
export class GuestAgent {
  readonly #channel: AgentChannel;
  readonly #clock: Clock;

  private constructor(channel: AgentChannel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
  }

  static over(stream: ByteStream, clock: Clock): GuestAgent {
    const channel = new AgentChannel(stream, clock);
    channel.start();
    return new GuestAgent(channel, clock);
  }

  get closed(): boolean {
    return this.#channel.closed;
  }

  close(): void {
    this.#channel.close();
  }

  async ping(deadline: number = ANSWER_WITHIN): Promise<void> {
    await this.#channel.request('guest-ping', undefined, deadline);
  }

  /**
   * Runs a program found on the guest's PATH and waits for its end. `environment` replaces the agent's own. Other requests may pass while
   * it runs. A program that is still running at the deadline (a minute where left out) is killed.
   */
  async exec(
    argv: readonly string[],
    options: { input?: Uint8Array; environment?: Readonly<Record<string, string>>; deadline?: number } = {},
  ): Promise<GuestExecResult> {
    const until = this.#clock.now() + (options.deadline ?? 60_000);
    const pid = await this.#start(argv, options, until);
    for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 1.5, LAST_LOOK)) {
      const status = objectOf(
        await this.#channel.request('guest-exec-status', { pid }, Math.max(ANSWER_WITHIN, until - this.#clock.now())),
      );
      if (status['exited'] === true) return execResult(status);
      if (this.#clock.now() >= until) {
        await this.#kill(pid);
        throw new HostError('timeout', `${argv[0]} was still running in the guest at its deadline and was killed`);
      }
      await this.#clock.sleep(pause);
    }
  }

  async interfaces(deadline: number = ANSWER_WITHIN): Promise<readonly GuestInterface[]> {
    const answer = await this.#channel.request('guest-network-get-interfaces', undefined, deadline);
    return (Array.isArray(answer) ? answer : []).map(guestInterface);
  }

  async readFile(path: string, deadline: number = ANSWER_WITHIN): Promise<Uint8Array> {
    const handle = await this.#channel.request('guest-file-open', { path, mode: 'r' }, deadline);
    try {
      const chunks: Uint8Array[] = [];
      for (let end = false; !end; ) {
        const answer = objectOf(await this.#channel.request('guest-file-read', { handle, count: FILE_CHUNK }, deadline));
        chunks.push(bytesOf(answer['buf-b64']));
        end = answer['eof'] === true;
      }
      return joined(chunks);
    } finally {
      await this.#channel.request('guest-file-close', { handle }, deadline).catch(() => undefined);
    }
  }

  /** Replaces the file's content. */
  async writeFile(path: string, content: Uint8Array, deadline: number = ANSWER_WITHIN): Promise<void> {
    const handle = await this.#channel.request('guest-file-open', { path, mode: 'w' }, deadline);
    try {
      for (let at = 0; at < content.length; ) {
        const chunk = content.subarray(at, at + FILE_CHUNK);
        const answer = objectOf(
          await this.#channel.request('guest-file-write', { handle, 'buf-b64': encodeBase64(chunk) }, deadline),
        );
        const written = typeof answer['count'] === 'number' ? answer['count'] : 0;
        if (written <= 0) throw new HostError('ENOSPC', `the guest could not write ${path} to its end`);
        at += written;
      }
    } finally {
      await this.#channel.request('guest-file-close', { handle }, deadline);
    }
  }

  /** Asks the guest to shut down. The agent answers only to refuse, so silence within `deadline` is consent. */
  async shutdown(mode: 'powerdown' | 'reboot' | 'halt' = 'powerdown', deadline: number = 1000): Promise<void> {
    await this.ping(deadline);
    try {
      await this.#channel.request('guest-shutdown', { mode }, deadline);
    } catch (failure) {
      if (!(failure instanceof HostError) || !['timeout', 'closed'].includes(failure.code)) throw failure;
    }
  }

  /** Sets the guest's clock, milliseconds since the epoch; false where its agent cannot. */
  async setTime(milliseconds: number, deadline: number = ANSWER_WITHIN): Promise<boolean> {
    try {
      await this.#channel.request('guest-set-time', { time: Math.round(milliseconds) * 1_000_000 }, deadline);
      return true;
    } catch (failure) {
      if (failure instanceof HostError && !['timeout', 'closed'].includes(failure.code)) return false;
      throw failure;
    }
  }

  async #start(
    argv: readonly string[],
    options: { input?: Uint8Array; environment?: Readonly<Record<string, string>> },
    until: number,
  ): Promise<number> {
    const [path = '', ...arg] = argv;
    const request = {
      path,
      arg,
      'capture-output': true,
      ...(options.input === undefined ? {} : { 'input-data': encodeBase64(options.input) }),
      ...(options.environment === undefined
        ? {}
        : { env: Object.entries(options.environment).map(([name, value]) => `${name}=${value}`) }),
    };
    const answer = objectOf(await this.#channel.request('guest-exec', request, until - this.#clock.now()).catch(explain(path)));
    if (typeof answer['pid'] !== 'number') throw new HostError('protocol', 'the guest agent gave no process number');
    return answer['pid'];
  }

  async #kill(pid: number): Promise<void> {
    const request = { path: '/bin/sh', arg: ['-c', `kill -KILL ${pid}`] };
    await this.#channel.request('guest-exec', request, ANSWER_WITHIN).catch(() => undefined);
  }
}

function explain(program: string): (failure: unknown) => never {
  return (failure) => {
    if (failure instanceof HostError && /No such file or directory/.test(failure.message)) {
      throw new HostError('ENOENT', `the guest has no program ${program}`, { cause: failure });
    }
    throw failure;
  };
}

function execResult(status: JsonObject): GuestExecResult {
  const exit = typeof status['exitcode'] === 'number' ? status['exitcode'] : undefined;
  const signal = typeof status['signal'] === 'number' ? status['signal'] : 0;
  return {
    code: exit ?? 128 + signal,
    stdout: bytesOf(status['out-data']),
    stderr: bytesOf(status['err-data']),
    truncated: status['out-truncated'] === true || status['err-truncated'] === true,
  };
}

function guestInterface(untrusted: unknown): GuestInterface {
  const one = objectOf(untrusted);
  const addresses = Array.isArray(one['ip-addresses']) ? one['ip-addresses'].map(objectOf) : [];
  return {
    name: textOf(one['name']),
    mac: typeof one['hardware-address'] === 'string' ? one['hardware-address'] : undefined,
    addresses: addresses.map((address) => `${textOf(address['ip-address'])}/${textOf(address['prefix'])}`),
  };
}

function objectOf(untrusted: unknown): JsonObject {
  return isObject(untrusted) ? untrusted : {};
}

function textOf(untrusted: unknown): string {
  return typeof untrusted === 'string' || typeof untrusted === 'number' ? String(untrusted) : '';
}

function bytesOf(untrusted: unknown): Uint8Array {
  return (typeof untrusted === 'string' ? decodeBase64(untrusted) : undefined) ?? new Uint8Array();
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  chunks.reduce((at, chunk) => {
    whole.set(chunk, at);
    return at + chunk.length;
  }, 0);
  return whole;
}
