import { createSocket } from 'node:dgram';
import { createServer, connect as dial } from 'node:net';
import { createInterface } from 'node:readline';

/*
 * Somebody in a network namespace: listens at the ports of its arguments, TCP and UDP, and tells whoever asks the address that it sees.
 * Lines `NUMBER MILLISECONDS tcp|udp ADDRESS PORT` on standard input are asked of others; `NUMBER answer` comes back: 'seen as ADDRESS', an
 * error's code, or 'silence' after that time. The verb `open` opens a TCP connection that stays, `again` asks on it.
 */

const plain = (address: string | undefined) => `${address}`.replace(/^::ffff:/, '');

let listening = 0;
const ports = process.argv.slice(2).map(Number);
const ready = () => {
  listening += 1;
  if (listening === 2 * ports.length) process.stdout.write('ready\n');
};
for (const port of ports) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write(`seen as ${plain(socket.remoteAddress)}`));
  });
  server.listen(port, '::', ready);
  const socket = createSocket('udp6');
  socket.on('message', (_bytes, from) => socket.send(`seen as ${plain(from.address)}`, from.port, from.address));
  socket.bind(port, '::', ready);
}

let standing: ReturnType<typeof dial> | undefined;

createInterface({ input: process.stdin }).on('line', (line) => {
  const [number, milliseconds, verb = '', address = '', port = ''] = line.split(' ');
  let told = false;
  const tell = (text: string) => {
    if (!told) process.stdout.write(`${number} ${text}\n`);
    told = true;
    clearTimeout(timer);
  };
  const timer = setTimeout(() => tell('silence'), Number(milliseconds));
  if (verb === 'udp') askByUdp(address, Number(port), tell);
  else if (verb === 'again') askAgain(tell);
  else askByTcp(address, Number(port), verb === 'open', tell);
});

type Tell = (answer: string) => void;

function askByTcp(host: string, port: number, keep: boolean, tell: Tell): void {
  const socket = dial({ host, port }, () => socket.write('who am I'));
  if (keep) standing = socket;
  socket.on('error', (error: NodeJS.ErrnoException) => tell(`${error.code}`));
  socket.on('data', (bytes) => {
    tell(bytes.toString());
    if (!keep) socket.destroy();
  });
}

function askAgain(tell: Tell): void {
  standing?.once('data', (bytes) => tell(bytes.toString()));
  standing?.write('still there');
}

function askByUdp(host: string, port: number, tell: Tell): void {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const end = (text: string) => {
    tell(text);
    socket.close();
  };
  socket.once('message', (bytes) => end(bytes.toString()));
  socket.once('error', (error: NodeJS.ErrnoException) => end(`${error.code}`));
  socket.connect(port, host, () => socket.send('who am I'));
}
