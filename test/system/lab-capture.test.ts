import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, runCommand } from '../support/lab-command.ts';
import { type LabFixture, labFixture } from '../support/lab-fixture.ts';
import { type Holder, holderLacks, noQemu } from '../support/lab-holder.ts';
import { telltaleFrames } from './frames.ts';

const topology = `graph capture {
  node [shape=record];
  qn_template="namespace";
  vm [label="vm", qn_template="small"];
  n1 [label="n1"];
  n2 [label="n2"];
  n3 [label="n3"];
  sw [label="sw", qn_hub="true"];
  n1:ns -- n2:ns [qn_tailip="10.1.0.1/24", qn_headip="10.1.0.2/24"];
  vm:e0 -- n1:vm [qn_tailip="10.2.0.1/24", qn_headip="10.2.0.2/24"];
  n1:hub -- sw [qn_tailip="10.3.0.1/24"];
  n2:hub -- sw [qn_tailip="10.3.0.2/24"];
  n3:hub -- sw [qn_tailip="10.3.0.3/24"];
}`;

const environment = { PATH: process.env['PATH'] ?? '' };
const { code } = await runCommand(['sh', '-c', 'command -v tshark && command -v tcpdump'], { environment });
const lacks = code === 0 ? noQemu : 'tshark or tcpdump is missing';

describe.each<Holder>(['root', 'user'])('captures in a lab of %s', (holder) => {
  const missing = lacks ?? holderLacks(holder);
  if (missing !== undefined) process.stdout.write(`skipped: captures in a lab of ${holder}: ${missing}\n`);

  describe.skipIf(missing !== undefined)('(a VM, namespaces, a hub)', () => {
    let weft: LabFixture;
    let lab: string;

    beforeAll(async () => {
      weft = await labFixture(holder);
      lab = weft.write({ 'capture/topology.dot.in': topology });
      await weft.ok(lab, 'up');
      for (const target of ['10.1.0.2', '10.2.0.1', '10.3.0.3']) await weft.pings(lab, 'n1', target);
    });

    afterAll(async () => {
      try {
        await weft?.ok(lab, 'down');
      } finally {
        await weft?.end();
      }
    });

    it('holds the frames of three links at once, in order, under the names of their ports', async () => {
      const capture = await begin('-w all.pcapng n1:ns n1:vm sw icmp');
      const expected: string[] = [];
      for (let size = 100; size < 112; size++) {
        const [target, ports] = (
          [
            ['10.1.0.2', ['n1:ns']],
            ['10.2.0.1', ['n1:vm']],
            ['10.3.0.3', ['n1:hub', 'n2:hub', 'n3:hub']],
          ] as const
        )[size % 3] ?? ['', []];
        await ping('n1', target, size);
        for (const type of [8, 0]) expected.push(...ports.map((port) => `${size} ${type === 8 ? 'request' : 'reply'} ${port}`));
      }
      expect(await capture.end()).toContain(`Info: ${expected.length} frames captured, 0 dropped`);
      const rows = await tshark('all.pcapng', 'frame.len', 'icmp.type', 'frame.interface_name');
      const seen = rows.map(([length, type, port]) => `${Number(length) - 42} ${type === '8' ? 'request' : 'reply'} ${port}`);
      // The three ports of the hub have a frame in the order in which it comes to them.
      expect(seen.map(withoutPort)).toEqual(expected.map(withoutPort));
      expect(seen.toSorted()).toEqual(expected.toSorted());
      const times = await tshark('all.pcapng', 'frame.time_epoch');
      expect(times).toEqual(times.toSorted());
    });

    it('tells directions as the node sees them', async () => {
      const capture = await begin('-w ways.pcapng vm n1:vm icmp');
      await ping('n1', '10.2.0.1');
      await capture.end();
      const rows = await tshark('ways.pcapng', 'frame.interface_name', 'icmp.type', 'frame.packet_flags_direction');
      expect(rows.map(([port, type, flags]) => [port, type, Number(flags)])).toEqual(
        expect.arrayContaining([
          ['n1:vm', '8', 2],
          ['vm:e0', '8', 1],
          ['vm:e0', '0', 2],
          ['n1:vm', '0', 1],
        ]),
      );
      expect(rows).toHaveLength(4);
    });

    it('keeps VLAN tags, and filters by them', async () => {
      const capture = await begin('-w tags.pcapng n1:ns n2:ns -- vlan 100');
      await sendFrames('n1', 'ns', Object.values(telltaleFrames));
      await capture.end();
      const rows = await tshark('tags.pcapng', 'frame.interface_name', 'vlan.id', 'ieee8021ad.id');
      const tagged = ['n1:ns', 'n2:ns'].map((port) =>
        rows.filter(([name]) => name === port).map(([, ...tags]) => tags.join('/')),
      );
      expect(tagged[0]).toEqual(tagged[1]);
      expect(tagged[0]).toHaveLength(2);
      expect(tagged[0]?.every((tags) => tags.includes('100'))).toBe(true);
    });

    it('prints a line a frame, and ends after so many', async () => {
      const capture = await begin('n1:ns icmp --count 2');
      await ping('n1', '10.1.0.2');
      const text = await capture.ended();
      expect(text).toMatch(
        /^\d\d:\d\d:\d\d\.\d{6} n1:ns Out [0-9a-f:]{17} > [0-9a-f:]{17}, 10\.1\.0\.1 > 10\.1\.0\.2: ICMP echo request, id \d+, seq 1, length 98$/m,
      );
      expect(text).toMatch(/ n1:ns In {2}.* ICMP echo reply, /);
      expect(text).toContain('Info: 2 frames captured, 0 dropped');
    });

    it('writes into a pipe', async () => {
      const line = `weft capture n1:ns -w - --for 3 -- icmp | tshark -l -r - -T fields -e frame.interface_name -e icmp.type`;
      const capture = await begin(line, 'whole line');
      await ping('n1', '10.1.0.2');
      expect(await capture.ended()).toMatch(/n1:ns\t8\nn1:ns\t0\n/);
    });

    it('goes on while a node is restarted', async () => {
      const capture = await begin('n3:hub icmp');
      await weft.ok(lab, 'restart', 'n3');
      await weft.pings(lab, 'n1', '10.3.0.3');
      await capture.shows(/n3:hub Out .* 10\.3\.0\.3 > 10\.3\.0\.1: ICMP echo reply/);
      await capture.end();
    });

    it.each([
      [['n1:ns', '--', 'no', 'such', 'filter'], 1, 'ERROR: the filter "no such filter" is wrong: can\'t parse filter expression'],
      [['n1:nx'], 1, 'ERROR: there is no port, node or link n1:nx\n       there are: n1:ns n1:vm n1:hub\n'],
      [['nowhere'], 1, 'ERROR: there is no port, node or link nowhere'],
      [[], 2, 'ERROR: which port?'],
    ])('says what is wrong: %j', async (words, expected, message) => {
      const { code: ended, stderr } = await weft.weft(lab, 'capture', ...words);
      expect(stderr).toContain(message);
      expect(ended).toBe(expected);
    });

    it('says that a node does not run', async () => {
      await weft.ok(lab, 'stop', 'n3');
      const { code: ended, stderr } = await weft.weft(lab, 'capture', 'n3:hub');
      await weft.ok(lab, 'start', 'n3');
      expect([ended, stderr]).toEqual([4, 'ERROR: n3 does not run\n       weft start n3 starts it\n']);
    });

    it('leaves nothing behind, however it ends', async () => {
      for (const end of ['asked', 'killed'] as const) {
        const capture = await begin('--all');
        expect((await packetSockets('n1')).length).toBeGreaterThan(0);
        if (end === 'asked') await capture.end();
        else capture.kill();
        await expect.poll(() => packetSockets('n1')).toEqual([]);
      }
      const left = readdirSync(join(weft.folder, 'run'), { recursive: true, encoding: 'utf8' });
      expect(left.filter((name) => /\/c\d+\.sock$/.test(name))).toEqual([]);
    });

    it('records, and gives the past when it is asked for', async () => {
      await weft.ok(lab, 'record', 'on', '--size', '64K');
      await ping('n1', '10.1.0.2', 77);
      await ping('n1', '10.2.0.1', 88);
      await expect
        .poll(async () => {
          await weft.ok(lab, 'record', 'dump', '-w', 'past.pcapng');
          const rows = await tshark('past.pcapng', 'frame.len', 'icmp.type', 'frame.interface_name');
          return rows.filter(([, type]) => type !== '').map((row) => row.join(' '));
        })
        .toEqual(['119 8 n1:ns', '119 0 n1:ns', '130 8 vm:e0', '130 0 vm:e0']);
      await weft.ok(lab, 'record', 'off');
      const { code: ended, stderr } = await weft.weft(lab, 'record', 'dump', '-w', 'never.pcapng');
      expect([ended, stderr]).toEqual([1, 'ERROR: the flight recorder is off\n       weft record on switches it on\n']);
      await expect.poll(() => packetSockets('n1')).toEqual([]);
    });

    it('takes in links that are made later, with --all and in the flight recorder', async () => {
      await weft.ok(lab, 'record', 'on');
      const capture = await begin('--all -w later.pcapng icmp');
      await weft.ok(lab, 'attach', 'n1:later', 'n3:later', '--set', 'qn_tailip=10.5.0.1/24', 'qn_headip=10.5.0.3/24');
      // What comes within some 20 ms of the link's making may be missed.
      await expect
        .poll(async () => {
          await ping('n1', '10.5.0.3');
          await weft.ok(lab, 'record', 'dump', '-w', 'past.pcapng');
          return (await tshark('past.pcapng', 'frame.interface_name', 'icmp.type')).map((row) => row.join(' '));
        })
        .toEqual(expect.arrayContaining(['n1:later 8', 'n1:later 0']));
      await capture.end();
      expect((await tshark('later.pcapng', 'frame.interface_name')).flat()).toContain('n1:later');
      // An engine that is killed takes the past with it; the next one records on.
      process.kill((await weft.status(lab)).engine, 'SIGKILL');
      await eventually(async () => (await weft.weft(lab, 'status')).code === 0, 'an engine that answers');
      await ping('n1', '10.5.0.3', 99);
      await expect
        .poll(async () => {
          await weft.ok(lab, 'record', 'dump', '-w', 'past.pcapng');
          return (await tshark('past.pcapng', 'frame.interface_name', 'frame.len')).map((row) => row.join(' '));
        })
        .toEqual(expect.arrayContaining(['n1:later 141', 'n1:later 141']));
      await weft.ok(lab, 'record', 'off');
      await weft.ok(lab, 'detach', 'n1:later');
    });

    it('keeps what was seen when a test of a wire fails', async () => {
      await weft.ok(lab, 'link', 'n1', 'ns', 'off', '--one-way');
      const { code: ended, stderr } = await weft.weft(lab, 'conformance', 'n1:ns', '-w', 'failed.pcapng');
      await weft.ok(lab, 'link', 'n1', 'ns', 'on', '--one-way');
      expect([ended, stderr]).toEqual([1, expect.stringMatching(/^Info: \d+ frames written to failed.pcapng$/m)]);
      const rows = await tshark('failed.pcapng', 'frame.interface_name', 'eth.type');
      const lldp = rows.filter(([, type]) => type === '0x88cc').map(([port]) => port);
      expect(lldp.toSorted()).toEqual(['n1:ns', 'n2:ns']);
      expect(await weft.ok(lab, 'record', '--json')).toBe(`${JSON.stringify({ on: false, size: 0, ports: [] }, undefined, 2)}\n`);
    });

    it('follows a link that is moved from a hub to another node', async () => {
      const capture = await begin('n3:hub icmp');
      const moved = '  n3:hub -- n1:extra [qn_tailip="10.4.0.3/24", qn_headip="10.4.0.1/24"];';
      weft.write({ 'capture/topology.dot.in': topology.replace(/^ {2}n3:hub -- sw .*$/m, moved) });
      await weft.ok(lab, 'apply', '--yes');
      await expect
        .poll(async () => {
          await weft.weft(lab, 'exec', 'n3', '--', 'ping', '-q', '-c', '1', '-W', '1', '10.4.0.1');
          return capture.text();
        })
        .toMatch(/ n3:hub Out .* 10\.4\.0\.3 > 10\.4\.0\.1: ICMP echo request, .*\n.* n3:hub In .* ICMP echo reply, /);
      await capture.end();
    });

    it('ends in good order when the lab is taken down', async () => {
      const capture = await begin('n1:ns -w last.pcapng icmp');
      await ping('n1', '10.1.0.2');
      await weft.ok(lab, 'down');
      expect(await capture.ended()).toMatch(
        /Warn: the engine of the lab ended, and with it the capture\nInfo: 2 frames captured, 0 dropped/,
      );
      expect(await tshark('last.pcapng', 'icmp.type')).toEqual([['8'], ['0']]);
      await weft.ok(lab, 'up');
    });

    /** Begins a capture on a terminal; frames are captured from now on. */
    async function begin(words: string, what: 'words' | 'whole line' = 'words') {
      const terminal = weft.terminal(lab, what === 'words' ? `exec weft capture ${words}` : words);
      await terminal.shows(/Info: Capturing /);
      const ended = async () => {
        expect(await terminal.ended()).toBe(0);
        return terminal.text;
      };
      return {
        shows: (pattern: RegExp) => terminal.shows(pattern),
        text: () => terminal.text,
        /** Ctrl-C; gives all that was shown. */
        end: async () => {
          terminal.type('\u0003');
          return await ended();
        },
        ended,
        kill: () => terminal.close(),
      };
    }

    async function ping(node: string, target: string, size = 56): Promise<void> {
      await weft.ok(lab, 'exec', node, '--', 'ping', '-q', '-c', '1', '-s', String(size), '-W', '5', target);
    }

    async function sendFrames(node: string, port: string, frames: readonly Buffer[]): Promise<void> {
      const program = new URL('frame-port.ts', import.meta.url).pathname;
      const input = frames.map((frame) => `${frame.toString('hex')}\n`).join('');
      await weft.run(['weft', 'exec', node, '--', process.execPath, program, port], { directory: lab, input });
    }

    /** What tshark shows of a capture, a row a frame. */
    async function tshark(file: string, ...fields: string[]): Promise<string[][]> {
      const words = fields.flatMap((field) => ['-e', field]);
      const shown = await runCommand(['tshark', '-n', '-r', join(lab, file), '-T', 'fields', ...words], { environment });
      if (shown.code !== 0) throw new Error(shown.stderr);
      return shown.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split('\t'));
    }

    /** The packet sockets that a node can see. */
    async function packetSockets(node: string): Promise<readonly string[]> {
      return (await weft.ok(lab, 'exec', node, '--', 'cat', '/proc/net/packet')).trim().split('\n').slice(1);
    }
  });
});

function withoutPort(row: string): string {
  return row.replace(/ \S+$/, '');
}
