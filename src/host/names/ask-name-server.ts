import { connect } from 'node:net';
import { type Packet, RECURSION_DESIRED, streamDecode, streamEncode } from 'dns-packet';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import type { AskNameServer, NameAnswer } from '../../boundary/name-lookup.ts';
import { isIpv4, isIpv6 } from '../../model/ip-prefix.ts';
import { Slots } from './slots.ts';

/** How many questions may be on their way at once. */
const width = 8;

/** RFC 1035, section 4.1.1: the lowest bits of the flags. */
const RCODE = 15;
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

const types = ['A', 'AAAA'] as const;

/** Asks name servers over TCP (RFC 7766), through relays of the kernel worker, whose sockets are in the folder `run`. */
export function nameServerAsker(kernel: Pick<Kernel, 'relay'>, run: string): AskNameServer {
  const sockets = new Slots(Array.from({ length: width }, (_, number) => `${run}/names-${number}.sock`));
  return async ({ name, netns, server }, deadlineMs) => {
    if (!isHostName(name)) return { addresses: [], ttl: 0 };
    const packets = await Promise.all(
      types.map((type) =>
        sockets.use(async (path) => {
          await kernel.relay(path, netns, server, 53);
          const query: Packet = { type: 'query', id: 1, flags: RECURSION_DESIRED, questions: [{ type, name }] };
          return readAnswer(await exchange({ path, server }, streamEncode(query), deadlineMs), server);
        }),
      ),
    );
    return answerIn(packets);
  };
}

/** One question and one answer, with its length before it (RFC 1035, section 4.2.2). */
function exchange(
  to: { readonly path: string; readonly server: string },
  query: Uint8Array,
  deadlineMs: number,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const socket = connect(to.path, () => socket.write(query));
    const end = (outcome: () => void) => {
      clearTimeout(timer);
      socket.destroy();
      outcome();
    };
    const fail = () => end(() => reject(noAnswer(`the name server ${to.server} does not answer`)));
    const timer = setTimeout(fail, deadlineMs);
    socket.on('error', fail);
    socket.on('close', fail);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      const length = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
      if (received.length >= length) end(() => resolve(received.subarray(0, length)));
    });
  });
}

function readAnswer(untrustedBytes: Buffer, server: string): Packet {
  let packet: Packet;
  try {
    packet = streamDecode(untrustedBytes);
  } catch {
    throw noAnswer(`the name server ${server} answers what is no message of DNS`);
  }
  const code = (packet.flags ?? 0) & RCODE;
  if (packet.type !== 'response' || packet.id !== 1) throw noAnswer(`the name server ${server} answers what was not asked`);
  if (code !== NO_ERROR && code !== NO_SUCH_NAME) throw noAnswer(`the name server ${server} answers with error ${code}`);
  return packet;
}

/** The server has followed aliases: whatever addresses it gives are those of the name. */
function answerIn(packets: readonly Packet[]): NameAnswer {
  const records = packets.flatMap(({ answers = [] }) => answers);
  const addresses = records.flatMap((record) => {
    if (record.type === 'A') return isIpv4(record.data) ? [record.data] : [];
    return record.type === 'AAAA' && isIpv6(record.data) ? [record.data] : [];
  });
  const times = records.flatMap((record) => ('ttl' in record ? (record.ttl ?? []) : []));
  return { addresses, ttl: times.length === 0 ? 0 : Math.min(...times) };
}

/** RFC 1035, section 2.3.4. */
function isHostName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.');
  return name.length <= 254 && labels.every((label) => label.length > 0 && label.length <= 63);
}

function noAnswer(message: string): HostError {
  return new HostError('no-answer', message);
}
