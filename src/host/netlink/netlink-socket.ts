import * as descriptors from '../libc/descriptors.ts';
import * as sockets from '../libc/sockets.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { attributesIn, type Message, messagesIn, NLM_F_ACK, NLM_F_DUMP, type Received, textOf } from './message.ts';

/** sys/socket.h and linux/netlink.h */
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const SOL_NETLINK = 270;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLM_F_CAPPED = 0x100;
const NLM_F_ACK_TLVS = 0x200;
const NLMSGERR_ATTR_MSG = 1;
const MSG_TRUNC = 0x20;

/** Shared by all sockets: calls are synchronous, and what was received is copied out before the next call. */
const buffer: Buffer = Buffer.alloc(256 * 1024);

/** A netlink socket of the network namespace that the thread is in when it is made. Every request waits for its answer. */
export class NetlinkSocket {
  readonly #fd: number;
  #sequence = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** `protocol` as in linux/netlink.h. */
  static open(protocol: number = NETLINK_ROUTE): NetlinkSocket {
    const fd = sockets.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
    sockets.setSocketOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1);
    sockets.setSocketOption(fd, SOL_NETLINK, NETLINK_EXT_ACK, 1);
    return new NetlinkSocket(fd);
  }

  close(): void {
    descriptors.close(this.#fd);
  }

  /** Sends a change and waits until the kernel has made it. Throws a SyscallError when it refuses. */
  change(message: Message): void {
    this.#exchange(message, NLM_F_ACK, () => undefined);
  }

  /** Sends a question for one thing. */
  get(message: Message): Received {
    const answers: Received[] = [];
    this.#exchange(message, NLM_F_ACK, (answer) => answers.push(copied(answer)));
    const [first] = answers;
    if (first === undefined) throw new Error('netlink: a question without an answer');
    return first;
  }

  /** Sends a question for all things of a kind. */
  dump(message: Message): Received[] {
    const answers: Received[] = [];
    this.#exchange(message, NLM_F_DUMP, (answer) => answers.push(copied(answer)));
    return answers;
  }

  #exchange(message: Message, flags: number, take: (answer: Received) => void): void {
    const sequence = ++this.#sequence;
    const bytes = message.finish(sequence);
    bytes.writeUInt16LE(bytes.readUInt16LE(6) | flags, 6);
    sockets.send(this.#fd, bytes);
    for (;;) {
      const length = sockets.receive(this.#fd, buffer, MSG_TRUNC) ?? 0;
      if (length > buffer.length) throw new Error(`netlink: a datagram of ${length} bytes`);
      for (const answer of messagesIn(buffer.subarray(0, length))) {
        if (answer.sequence !== sequence) continue;
        if (answer.type === NLMSG_DONE) return;
        if (answer.type === NLMSG_ERROR) {
          acknowledge(answer);
          return;
        }
        take(answer);
      }
    }
  }
}

function acknowledge({ body, flags }: Received): void {
  const errno = -body.readInt32LE(0);
  if (errno === 0) return;
  const capped = (flags & NLM_F_CAPPED) !== 0;
  const echoed = capped ? 16 : body.readUInt32LE(4);
  const detail = (flags & NLM_F_ACK_TLVS) === 0 ? '' : textOf(attributesIn(body, 4 + ((echoed + 3) & ~3)).get(NLMSGERR_ATTR_MSG));
  throw new SyscallError(errno, 'netlink', detail);
}

function copied(answer: Received): Received {
  return { ...answer, body: Buffer.from(answer.body) };
}
