import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { decode, encode, type Packet, streamDecode, streamEncode } from 'dns-packet';

/*
 * Somebody behind a routed network. `ask udp|tcp SERVER NAME` prints the IPv4 addresses that the server gives; `reach ADDRESS PORT` connects
 * by TCP, sends something and prints `open` once it comes back, or the error's code; `keep FILE ADDRESS PORT...` keeps one connection to each
 * port, sends something on it ten times a second, and writes how much came back into FILE-PORT. What is not answered within two seconds ends
 * with `silence`.
 */

const [verb = '', ...words] = process.argv.slice(2);

function end(text: string): void {
  process.stdout.write(`${text}\n`);
  process.exit();
}

function ask(over: string, server: string, name: string): void {
  const question: Packet = { type: 'query', id: 7, flags: 0x100, questions: [{ type: 'A', name }] };
  const tell = ({ answers = [] }: Packet) =>
    end(answers.map((answer) => (answer.type === 'A' ? answer.data : answer.type)).join(' '));
  if (over === 'tcp') {
    const stream = connect(53, server, () => stream.write(streamEncode(question)));
    stream.on('data', (bytes) => tell(streamDecode(bytes)));
    stream.on('error', (error: NodeJS.ErrnoException) => end(`${error.code}`));
    return;
  }
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => tell(decode(bytes)));
  socket.on('error', (error: NodeJS.ErrnoException) => end(`${error.code}`));
  socket.connect(53, server, () => socket.send(encode(question)));
}

/** Node at times calls a connection made that was just rejected, and tells the reason when something is sent: only what comes back counts. */
function reach(address: string, port: number): void {
  const stream = connect(port, address, () => stream.write('.'));
  stream.on('data', () => end('open'));
  stream.on('error', (error: NodeJS.ErrnoException) => end(`${error.code}`));
}

function keep(file: string, address: string, port: number): void {
  let came = 0;
  const stream = connect(port, address, () => setInterval(() => stream.write('.'), 100));
  stream.on('data', (bytes) => {
    came += bytes.length;
    writeFileSync(`${file}-${port}`, `${came}`);
  });
  stream.on('error', (error) => process.stderr.write(`${port}: ${error.message}\n`));
}

const [first = '', second = '', third = ''] = words;
if (verb === 'keep') for (const port of words.slice(2)) keep(first, second, Number(port));
else setTimeout(() => end('silence'), 2000);
if (verb === 'ask') ask(first, second, third);
if (verb === 'reach') reach(first, Number(second));
