import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';

const topology = `graph forward {
  qn_template="namespace";
  world;
  "sys-net" [qn_provides_network="true"];
  "sys-firewall" [qn_provides_network="true", qn_netvm="sys-net"];
  work [qn_netvm="sys-firewall"];
  other [qn_netvm="sys-firewall"];
  world:eth0 -- "sys-net":eth0 [qn_tailip="192.168.0.1/24"];
}
`;
const keyfile = `[connection]
id=eth0
type=ethernet
interface-name=eth0

[ipv4]
method=manual
address1=192.168.0.2/24,192.168.0.1
`;

/** Answers with the number of the port that was asked, and keeps connections open. */
const server = `
const net = require('node:net'), dgram = require('node:dgram');
for (const port of [80, 81]) net.createServer((s) => { s.on('error', () => {}); s.on('data', (d) => s.write('tcp ' + port + ' ' + d)); }).listen(port, '::');
const udp = dgram.createSocket('udp4');
udp.on('message', (text, from) => udp.send('udp 53 ' + text, from.port, from.address));
udp.bind(53);`;

/** One question each second over one connection, until \`times\` are answered; a line an answer, or why there is none. */
const client = `
const [proto, host, port, times] = process.argv.slice(1);
let asked = 0;
const end = (text) => { process.stdout.write(text + '\\n'); process.exit(0); };
const late = () => setTimeout(() => end('no answer'), 2000);
let timer = late();
const answered = (text) => { process.stdout.write(text + '\\n'); clearTimeout(timer); if (++asked >= times) process.exit(0); setTimeout(() => { timer = late(); ask(); }, 1000); };
let ask;
if (proto === 'tcp') {
  const socket = require('node:net').connect({ host, port: Number(port) });
  ask = () => socket.write('hello');
  socket.on('connect', ask).on('data', (text) => answered(String(text))).on('error', (error) => end(error.code));
} else {
  const socket = require('node:dgram').createSocket('udp4');
  ask = () => socket.send('hello', Number(port), host);
  socket.on('message', (text) => answered(String(text))).on('error', (error) => end(error.code));
  socket.bind(5555, ask);
}`;

describe.each<Holder>(['root', 'user'])('weft forward, as %s', (holder) => {
  const missing = holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: weft forward as ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(namespaces)', () => {
    let weft: LabFixture;
    let directory: string;
    let firewall: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      directory = weft.write({
        'lab/topology.dot.in': topology,
        'lab/sys-net.d/rw/config/NM-system-connections/eth0.nmconnection': keyfile,
      });
      await weft.ok(directory, 'up');
      firewall = (await ok('prefs', 'sys-firewall', 'ip')).trim();
      await serve();
    });

    afterAll(() => weft.end());

    const ok = (...words: string[]) => weft.ok(directory, ...words);
    const forward = (...words: string[]) => ok('forward', ...words);
    const serve = async () => {
      const line = 'setsid "$0" -e "$1" >/dev/null 2>&1 </dev/null &';
      await ok('exec', 'work', '--', 'sh', '-c', line, process.execPath, server);
      await eventually(async () => (await ask('work', 'tcp', '127.0.0.1', 81)) === 'tcp 81 hello', 'the server in work');
    };
    const ask = async (node: string, proto: string, host: string, port: number, times = 1) =>
      (await ok('exec', node, '--', process.execPath, '-e', client, proto, host, `${port}`, `${times}`)).trim();
    const none = /^(no answer|E[A-Z]+)$/;
    const open = 'tcp 80 hello';

    it('lets nothing in as long as nothing is forwarded', async () => {
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
      expect(await ask('sys-firewall', 'tcp', (await ok('prefs', 'work', 'ip')).trim(), 80)).toMatch(none);
      expect(await forward('work', '--raw')).toBe('');
    });

    it('leads a port of the last provider to the node, and no other', async () => {
      await forward('work', 'tcp', '8080:80');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toBe(open);
      expect(await ask('world', 'tcp', '192.168.0.2', 8081)).toMatch(none);
      expect(await ask('world', 'tcp', '192.168.0.2', 80)).toMatch(none);
      expect(await ask('world', 'udp', '192.168.0.2', 8080)).toMatch(none);
      expect(await ask('other', 'tcp', firewall, 8080)).toMatch(none);
      expect((await forward('work')).split('\n').slice(1)).toEqual(['tcp       8080  sys-net  sys-firewall  work:80   open', '']);
    });

    it('leads UDP, too', async () => {
      await forward('work', 'udp', '53');
      expect(await ask('world', 'udp', '192.168.0.2', 53)).toBe('udp 53 hello');
      expect(await forward('work', '--raw')).toBe('tcp 8080:80\nudp 53\n');
    });

    it('ends what goes on when it is taken away, and nothing else', async () => {
      await forward('work', 'tcp', '9090:80');
      const [taken, kept] = [8080, 9090].map((port) => ask('world', 'tcp', '192.168.0.2', port, 6));
      const udp = ask('world', 'udp', '192.168.0.2', 53, 6);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await forward('work', 'tcp', '8080', '--remove');
      await forward('work', '-D', 'udp', '53');
      expect((await taken)?.split('\n').at(-1)).toBe('no answer');
      expect((await udp).split('\n').at(-1)).toBe('no answer');
      expect((await kept)?.split('\n')).toEqual(Array(6).fill(open));
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
      expect(await ask('world', 'udp', '192.168.0.2', 53)).toMatch(none);
      await forward('work', '--remove');
      expect(await forward('work', '--raw')).toBe('');
      expect(await ask('world', 'tcp', '192.168.0.2', 9090)).toMatch(none);
    });

    it('is opened in the middle of the way where that is asked for', async () => {
      await forward('work', 'tcp', '8080:80', '--from', 'sys-firewall');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
      expect(await ask('sys-net', 'tcp', firewall, 8080)).toBe(open);
      expect(await ask('other', 'tcp', firewall, 8080)).toMatch(none);
      await forward('work', '-D');
    });

    it('follows who is above, and waits while somebody of the way is not there', async () => {
      await forward('work', 'tcp', '8080:80');
      await ok('prefs', 'work', 'netvm', 'none');
      expect(await forward('work')).toContain('waits: tcp 8080 is not forwarded to work, which has no uplink');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
      await ok('prefs', 'work', 'netvm', 'sys-net');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toBe(open);
      await ok('prefs', 'work', 'netvm', 'sys-firewall');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toBe(open);
      await ok('stop', '--force', 'sys-firewall');
      expect(await forward('work')).toContain('waits: sys-firewall is stopped');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
      await ok('start', 'sys-firewall');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toBe(open);
      await ok('pause', 'work');
      await forward('work', 'tcp', '9090:80');
      expect(await forward('work')).toContain('waits: work is paused');
      await ok('unpause', 'work');
      expect(await ask('world', 'tcp', '192.168.0.2', 9090)).toBe(open);
      await ok('stop', 'work');
      await forward('work', 'tcp', '9090:81');
      await ok('start', 'work');
      await serve();
      expect(await ask('world', 'tcp', '192.168.0.2', 9090)).toBe('tcp 81 hello');
    });

    it('is refused in one sentence where another node has the port, or where it cannot be meant', async () => {
      const refused = async (code: number, message: RegExp, ...words: string[]) => {
        const ended = await weft.weft(directory, ...words);
        expect({ words, ...ended }).toEqual({ words, code, stdout: '', stderr: expect.stringMatching(message) });
      };
      const taken = /tcp 8080 at sys-(net|firewall) leads to work:80 already, so it cannot lead to other:22\n.*another port/;
      await refused(1, taken, 'forward', 'other', 'tcp', '8080:22');
      await refused(1, taken, 'forward', 'other', 'tcp', '8080:22', '--from', 'sys-firewall');
      await refused(1, /no node sys-nte.*\n.*did you mean sys-net/, 'forward', 'other', 'tcp', '22', '--from', 'sys-nte');
      await refused(2, /sctp cannot be forwarded: expected tcp or udp; x is no port/, 'forward', 'other', 'sctp', 'x');
      await refused(2, /which port/, 'forward', 'other', 'tcp');
      await refused(1, /tcp 22 is not forwarded to other/, 'forward', 'other', 'tcp', '22', '--remove');
      await refused(1, /forwarded ports of other: line 1: x is no port/, 'prefs', 'other', 'forward', 'tcp x');
      expect(await forward('other', '--raw')).toBe('');
    });

    it('is in the picture of the uplinks, with what is attached', async () => {
      const drawn = async () => await ok('graph', '--uplinks', '-T', 'mermaid');
      const lines = (await drawn()).split('\n');
      expect(lines.filter((line) => line.includes('<b>'))).toEqual([
        expect.stringMatching(
          /<b>sys-net<.*namespace, running<br\/>10\.137\.0\.[0-9]+<br\/>tcp 8080 to work:80<br\/>tcp 9090 to work:81"/,
        ),
        expect.stringMatching(/<b>sys-firewall<.*running<br\/>firewall: default"/),
        expect.stringMatching(/<b>work<.*running<br\/>firewall: default<br\/>tcp 8080:80 from sys-net/),
        expect.stringMatching(/<b>other<.*running<br\/>firewall: default"/),
      ]);
      expect(
        lines.filter((line) => / ---\|"vif[0-9]+\.0 – eth0<br\/>10\.137\.0\.[0-9]+<br\/>no IPv6"\|/.test(line)),
      ).toHaveLength(3);
      await ok('stop', 'other');
      expect(await drawn()).toMatch(/ ---\|"10\.137\.0\.[0-9]+<br\/>no IPv6<br\/>waits"\|/);
      expect(await ok('graph', '-T', 'mermaid')).toMatch(/vif[0-9]+\.0 – eth0/);
      await ok('start', 'other');
    });

    it('is printed as a file that changes nothing, and given back by the file', async () => {
      weft.write({ 'written/topology.dot.in': await ok('graph', '-T', 'dot') });
      expect((await weft.weft(`${weft.folder}/written`, 'check')).code).toBe(0);
      expect(await ok('plan')).toMatch(/^command +node work: qn_forward is tcp 8080:80\\ntcp 9090:81$/m);
      weft.write({ 'lab/topology.dot.in': await ok('graph', '-T', 'dot') });
      expect((await weft.weft(directory, 'apply')).stderr).toContain('nothing to do');
      weft.write({ 'lab/topology.dot.in': topology });
      await ok('apply', '--discard');
      expect(await ask('world', 'tcp', '192.168.0.2', 8080)).toMatch(none);
    });
  });
});

describe.skipIf(noQemu !== undefined || holderLacks('root') !== undefined)('weft forward, through guests', () => {
  let weft: LabFixture;
  let directory: string;

  beforeAll(async () => {
    weft = await labFixture('root');
    const guests = topology.replace(/(sys-firewall"|work) \[/g, '$1 [qn_template="small", qn_mem="128M", ');
    directory = weft.write({
      'lab/topology.dot.in': guests,
      'lab/sys-net.d/rw/config/NM-system-connections/eth0.nmconnection': keyfile,
    });
    await weft.ok(directory, 'up');
    await weft.ok(directory, 'start', '--wait');
  });

  afterAll(() => weft.end());

  it('leads a port down while it is forwarded', async () => {
    const ask = async () => {
      const words = ['-e', client, 'tcp', '192.168.0.2', '8080', '1'];
      return (await weft.ok(directory, 'exec', 'world', '--', process.execPath, ...words)).trim();
    };
    const line = '(while :; do echo from work | nc -l -p 80; done) >/dev/null 2>&1 </dev/null &';
    await weft.ok(directory, 'exec', 'work', '--', 'sh', '-c', line);
    await weft.ok(directory, 'forward', 'work', 'tcp', '8080:80');
    await eventually(async () => (await ask()) === 'from work', 'the server in work');
    await weft.ok(directory, 'forward', 'work', '-D');
    expect(await ask()).toMatch(/^(no answer|E[A-Z]+)$/);
  });
});
