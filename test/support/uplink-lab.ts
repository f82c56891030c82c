import { join } from 'node:path';
import { expect } from 'vitest';
import type { LabEvent } from '../../src/model/lab-event.ts';
import { packetsIn, type SeenPacket } from './captured-packets.ts';
import { eventually } from './lab-command.ts';
import { type LabFixture, labFixture } from './lab-fixture.ts';
import type { Holder } from './lab-holder.ts';
import { processesOf } from './lab-snapshot.ts';

/** What nodes are to reach, and what they are not: node to targets. */
export interface Reachability {
  readonly reached?: Readonly<Record<string, readonly string[]>>;
  readonly unreached?: Readonly<Record<string, readonly string[]>>;
}

/** A capture that goes on until it is ended. */
export interface LabCapture {
  /** All until now. */
  seen(): readonly SeenPacket[];
  end(): Promise<readonly SeenPacket[]>;
}

const RUNTIME = process.execPath;
const KEYFILES = 'rw/config/NM-system-connections';

/** The keyfile of a provider's way out, which is a real Ethernet: addresses and gateways of both families, and its resolver. */
export function outsideKeyfile(ipv4: string, ipv6: string, dns: string = `${ipv4}.1`): string {
  return [
    ...['[connection]', 'id=outside', 'type=ethernet', 'interface-name=eth0'],
    ...['[ipv4]', 'method=manual', `address1=${ipv4}.2/24,${ipv4}.1`, `dns=${dns}`],
    ...['[ipv6]', 'method=manual', `address1=${ipv6}::2/64,${ipv6}::1`, ''],
  ].join('\n');
}

export function keyfileOf(lab: string, node: string): string {
  return `${lab}/${node}.d/${KEYFILES}/eth0.nmconnection`;
}

/** A lab with routed uplinks, and what is asked of its nodes. */
export class UplinkLab {
  readonly weft: LabFixture;
  readonly directory: string;
  #captures = 0;

  private constructor(weft: LabFixture, directory: string) {
    this.weft = weft;
    this.directory = directory;
  }

  /** Writes a lab and starts it; `outside` are nodes with a way out, and their keyfiles. */
  static async up(
    holder: Holder,
    name: string,
    topology: string,
    outside: Readonly<Record<string, string>>,
    addresses: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<UplinkLab> {
    const weft = await labFixture(holder);
    const keyfiles = Object.entries(outside).map(([node, text]) => [keyfileOf(name, node), text]);
    const directory = weft.write({ [`${name}/topology.dot.in`]: topology, ...Object.fromEntries(keyfiles) });
    const lab = new UplinkLab(weft, directory);
    try {
      await weft.ok(directory, 'up');
      for (const [node, lines] of Object.entries(addresses)) await lab.in(node, lines.join('\n'));
    } catch (failure) {
      await weft.end();
      throw failure;
    }
    return lab;
  }

  async end(): Promise<void> {
    try {
      await this.weft.ok(this.directory, 'down');
    } finally {
      await this.weft.end();
    }
  }

  /** A node that stands still by mistake answers nothing: that is told long before the patience of a lab is at its end. */
  async ok(...words: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.weft.run(['weft', ...words], { directory: this.directory, deadline: 90 });
    if (code !== 0) throw new Error(`weft ${words.join(' ')}: exit code ${code}\n${stdout}\n${stderr}`);
    return stdout;
  }

  async refused(message: RegExp, ...words: string[]): Promise<void> {
    const { code, stderr } = await this.weft.weft(this.directory, ...words);
    expect({ words, code, stderr }).toEqual({
      words,
      code: expect.toSatisfy((end) => end !== 0),
      stderr: expect.stringMatching(message),
    });
  }

  /** What a script for sh(1) says in a node. */
  async in(node: string, script: string): Promise<string> {
    return await this.ok('exec', node, '--', 'sh', '-ec', script);
  }

  /** The same, with what stands on standard error, however it ends. */
  async try(node: string, script: string): Promise<string> {
    return await this.in(node, `(${script}) 2>&1 || :`);
  }

  /** The targets that answer a node's pings; all are pinged at once, twice. */
  async answered(node: string, targets: readonly string[]): Promise<readonly string[]> {
    const pings = targets.map((target) => `(ping -c 2 -i 0.3 -W 1 ${target} >/dev/null 2>&1 && echo ${target}) &`);
    const text = await this.in(node, `${pings.join('\n')}\nwait`);
    const answers = new Set(text.split('\n'));
    return targets.filter((target) => answers.has(target));
  }

  /** Whatever is not to be reached never is, while everything else comes to be within half a minute. */
  async reaches({ reached = {}, unreached = {} }: Reachability): Promise<void> {
    const nodes = [...new Set([...Object.keys(reached), ...Object.keys(unreached)])];
    await Promise.all(
      nodes.map(async (node) => {
        const [good, bad] = [reached[node] ?? [], unreached[node] ?? []];
        let answers: readonly string[] = [];
        const all = eventually(async () => {
          answers = await this.answered(node, [...good, ...bad]);
          return good.every((target) => answers.includes(target)) || bad.some((target) => answers.includes(target));
        }, 'answers');
        await all.catch(() => undefined);
        expect({ node, answers }).toEqual({ node, answers: good });
      }),
    );
  }

  /** Frames of ports from now on. */
  async capture(...words: string[]): Promise<LabCapture> {
    const name = `capture-${++this.#captures}.pcapng`;
    const terminal = this.weft.terminal(this.directory, `exec weft capture -w ${name} ${words.join(' ')}`);
    await terminal.shows(/Info: Capturing /);
    const seen = () => packetsIn(join(this.directory, name));
    return {
      seen,
      end: async () => {
        terminal.type('\u0003');
        expect(await terminal.ended()).toBe(0);
        return seen();
      },
    };
  }

  /** What happens to a client's uplinks meanwhile: how many are taken away and made. */
  async attachments(
    client: string,
    change: () => Promise<unknown>,
  ): Promise<{ readonly removed: number; readonly made: number }> {
    const last = (await this.#events('--last', '1')).at(-1)?.number ?? 0;
    await change();
    const events = await this.#events('--since', String(last));
    const links = events.flatMap((event) => (event.kind === 'link' && event.nodes.includes(client) ? [event] : []));
    const own = links.filter(({ link }) => new RegExp(`--${client}:`).test(link));
    const count = (wanted: string) => own.filter(({ state }) => state === wanted).length;
    return { removed: count('removed'), made: count('made') };
  }

  async #events(...words: string[]): Promise<readonly LabEvent[]> {
    const text = await this.ok('events', '--json', '--no-follow', ...words);
    return text
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LabEvent);
  }

  /** The global addresses of a node's interface, with their lengths. */
  async addresses(node: string, port = 'eth0'): Promise<readonly string[]> {
    const text = await this.try(node, `ip address show dev ${port}`);
    return [...text.matchAll(/inet6? (\S+) .*scope global/g)].map(([, address = '']) => address);
  }

  /** Names and addresses of a server in a node, and an A record for each, once it answers. */
  async nameServer(node: string, address: string, ...records: string[]): Promise<void> {
    const program = new URL('name-server.mjs', import.meta.url).pathname;
    const words = ['weft', 'exec', node, '--', RUNTIME, program, address, ...records];
    const terminal = this.weft.terminal(this.directory, `exec ${words.join(' ')}`);
    await terminal.shows(/ready/);
  }

  async pidOf(node: string): Promise<number> {
    const found = (await this.weft.status(this.directory)).nodes.find(({ name }) => name === node);
    if (found?.pid === undefined) throw new Error(`${node} does not run`);
    return found.pid;
  }

  /** SIGKILL from outside; resolves once the lab has noticed. */
  async crash(node: string): Promise<void> {
    process.kill(await this.pidOf(node), 'SIGKILL');
    await eventually(async () => new RegExp(`^${node} .*lost`, 'm').test(await this.ok('status')), `${node} to be lost`);
  }

  killEngine(): void {
    for (const { pid, words } of processesOf(this.weft.folder)) if (words.includes('engine.cjs')) process.kill(pid, 'SIGKILL');
  }

  /** Packets that the counters of a node's rules have dropped: by name, both families. */
  async counters(node: string): Promise<Readonly<Record<string, number>>> {
    const text = await this.in(node, 'nft list counters');
    const counts: Record<string, number> = {};
    let table = '';
    for (const line of text.split('\n')) {
      const [, family = '', name = ''] = /^table (\S+) (\S+) \{/.exec(line) ?? [];
      if (family !== '') table = `${family} ${name}`;
      const [, counter] = /^\s*counter (\S+) \{/.exec(line) ?? [];
      if (counter !== undefined) table = `${table.split(' ').slice(0, 2).join(' ')} ${counter}`;
      const [, packets] = /packets (\d+)/.exec(line) ?? [];
      if (packets !== undefined) counts[table] = Number(packets);
    }
    return counts;
  }
}
