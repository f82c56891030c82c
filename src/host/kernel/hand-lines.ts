import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HostError } from '../../boundary/host-error.ts';
import type { HandedDescriptor, HandedLine } from '../../boundary/kernel.ts';
import * as descriptors from '../libc/descriptors.ts';
import * as messages from '../libc/messages.ts';
import * as sockets from '../libc/sockets.ts';
import { unixAddress } from '../netlink/unix-address.ts';
import { errnoOf } from '../system-failure.ts';
import { AnswerLines } from './answer-lines.ts';
import { failureOf } from './failure.ts';
import { machineTime } from './machine-time.ts';

/** sys/socket.h */
const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
/** Pause before another try to connect to a server that has too many waiting already. Milliseconds. */
const TRY_AGAIN = 10;

/** `Kernel.hand`, until the machine's time is `until`. `open` opens a descriptor, which is closed here. Nothing blocks this thread. */
export async function handLines(
  path: string,
  lines: readonly HandedLine[],
  until: number,
  open: (wanted: HandedDescriptor) => number,
): Promise<readonly string[]> {
  if (machineTime() >= until) throw silence(path);
  const fd = await connect(path, until);
  const socket = new Socket({ fd });
  const answers = new AnswerLines(socket, lines.length);
  const late = setTimeout(() => answers.fail(silence(path)), Math.max(0, until - machineTime()));
  try {
    for (const { text, descriptor } of lines) {
      const bytes = Buffer.from(`${text}\n`);
      if (descriptor === undefined) sockets.send(fd, bytes, MSG_NOSIGNAL);
      else
        sendWith(
          fd,
          bytes,
          explained(`open ${descriptor.name}`, () => open(descriptor)),
        );
    }
    return await answers.all;
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

/** The server's own listen(2) queue may be full for a moment. */
async function connect(path: string, until: number): Promise<number> {
  const fd = sockets.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  try {
    for (;;) {
      const busy = explained(`connect to ${path}`, () => attempt(() => sockets.connect(fd, unixAddress(path))));
      if (!busy) return fd;
      if (machineTime() >= until) throw silence(path);
      await delay(TRY_AGAIN);
    }
  } catch (thrown) {
    descriptors.close(fd);
    throw thrown;
  }
}

/** Whether the step has to be tried again. */
function attempt(step: () => void): boolean {
  try {
    step();
    return false;
  } catch (thrown) {
    if (errnoOf(thrown) === 'EAGAIN') return true;
    throw thrown;
  }
}

function explained<T>(doing: string, step: () => T): T {
  try {
    return step();
  } catch (thrown) {
    const { code, message } = failureOf(doing, thrown);
    throw new HostError(code, message, { cause: thrown });
  }
}

function sendWith(fd: number, bytes: Uint8Array, handed: number): void {
  try {
    messages.sendDescriptor(fd, bytes, handed);
  } finally {
    descriptors.close(handed);
  }
}

function silence(path: string): HostError {
  return new HostError('timeout', `nobody answered in time on ${path}`);
}
