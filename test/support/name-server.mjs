/** A program: a DNS server on UDP port 53 of the address that is its first argument, with A records NAME=ADDRESS. Says `ready`. */
import { createSocket } from 'node:dgram';

const [at, ...pairs] = process.argv.slice(2);
const records = new Map(pairs.map((pair) => pair.split('=')));
const socket = createSocket(at.includes(':') ? 'udp6' : 'udp4');

socket.on('message', (query, { address, port }) => {
  const labels = [];
  let end = 12;
  for (; query[end] !== 0; end += query[end] + 1) labels.push(query.toString('latin1', end + 1, end + 1 + query[end]));
  end += 5;
  const found = records.get(labels.join('.'));
  const hasAnswer = found !== undefined && query.readUInt16BE(end - 4) === 1;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(found === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(hasAnswer ? 1 : 0, 6);
  header.fill(0, 8);
  const answer = hasAnswer ? [Buffer.from('c00c00010001000000010004', 'hex'), Buffer.from(found.split('.').map(Number))] : [];
  socket.send(Buffer.concat([header, query.subarray(12, end), ...answer]), port, address);
});
socket.bind(53, at, () => process.stdout.write('ready\n'));
