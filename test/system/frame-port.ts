/**
 * A program: every line on standard input, a frame in hexadecimal, leaves at the interface named by the argument; every frame that
 * enters there is written to standard output in the same way, with the VLAN tag that the kernel takes out put back. `ready` comes first.
 */
import { createInterface } from 'node:readline';
import koffi from 'koffi';
import * as sockets from '../../src/host/libc/sockets.ts';
import { getLink } from '../../src/host/netlink/links.ts';
import { NetlinkSocket } from '../../src/host/netlink/netlink-socket.ts';

const [AF_PACKET, SOCK_RAW, SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING, MSG_DONTWAIT] = [17, 3, 263, 8, 23, 0x40];
const VLAN_VALID = 1 << 4;

koffi.struct('iovec', { base: 'void *', length: 'size_t' });
koffi.struct('msghdr', {
  name: 'void *',
  nameLength: 'uint32',
  parts: 'iovec *',
  count: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});
const receiveMessage = koffi.load(null).func('long recvmsg(int fd, msghdr *message, int flags)');

const fd = sockets.socket(AF_PACKET, SOCK_RAW, 0x0300);
sockets.setSocketOption(fd, SOL_PACKET, PACKET_AUXDATA, 1);
sockets.setSocketOption(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1);
const address = Buffer.alloc(20);
address.writeUInt16LE(AF_PACKET, 0);
address.writeUInt16LE(0x0300, 2);
address.writeInt32LE(getLink(NetlinkSocket.open(), process.argv[2] ?? '').index, 4);
sockets.bind(fd, address);
while (sockets.receive(fd, Buffer.alloc(1), MSG_DONTWAIT) !== undefined);

createInterface({ input: process.stdin })
  .on('line', (line) => sockets.send(fd, Buffer.from(line, 'hex')))
  .on('close', () => process.exit(0));
setInterval(() => {
  for (let frame = next(); frame !== undefined; frame = next()) process.stdout.write(`${frame.toString('hex')}\n`);
}, 2);
process.stdout.write('ready\n');

function next(): Buffer | undefined {
  const data = Buffer.alloc(70_000);
  const control = Buffer.alloc(64);
  const message = {
    name: null,
    nameLength: 0,
    parts: [{ base: data, length: data.length }],
    count: 1,
    control,
    controlLength: control.length,
    flags: 0,
  };
  const length: number = receiveMessage(fd, message, MSG_DONTWAIT);
  if (length < 0) return undefined;
  const frame = data.subarray(0, length);
  if ((control.readUInt32LE(16) & VLAN_VALID) === 0) return frame;
  const tag = Buffer.alloc(4);
  tag.writeUInt16BE(control.readUInt16LE(16 + 18), 0);
  tag.writeUInt16BE(control.readUInt16LE(16 + 16), 2);
  return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
}
