import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { CLONE_NEWNET, setns } from '../../../src/host/libc/namespaces.ts';
import { listLinks } from '../../../src/host/netlink/links.ts';
import { NetlinkSocket } from '../../../src/host/netlink/netlink-socket.ts';

/** An interface as the kernel shows it. */
export interface SeenInterface {
  readonly name: string;
  readonly index: number;
  readonly mac: string;
  readonly mtu: number;
  readonly alias: string;
  /** Administratively. */
  readonly up: boolean;
  readonly carrier: boolean;
  /** Index of the other end of a pair, in the other end's namespace. */
  readonly peer: number | undefined;
}

interface IpLink {
  readonly ifname: string;
  readonly ifindex: number;
  readonly address: string;
  readonly mtu: number;
  readonly ifalias?: string;
  readonly flags: readonly string[];
  readonly link_index?: number;
}

/** The namespace that this thread is in. */
const own = '/proc/thread-self/ns/net';

/** Looks into a sandbox: over netlink, which is fast, and with ip(8), which is what a person would take. */
export class KernelEye {
  readonly #anchor: number;
  readonly #shell: ChildProcess;
  #heard = '';

  private constructor(anchor: number, shell: ChildProcess) {
    this.#anchor = anchor;
    this.#shell = shell;
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#heard += text;
    });
  }

  /** `anchor` is process 1 of the sandbox, by its number on the machine. */
  static open(anchor: number): KernelEye {
    const words = [`--target=${anchor}`, '--mount', '--pid', '--net', '--root', '--wd=/', 'sh'];
    const shell = spawn('nsenter', words, { stdio: ['pipe', 'pipe', 'inherit'], env: { PATH: process.env['PATH'] } });
    return new KernelEye(anchor, shell);
  }

  /** Interfaces by namespace; those of the panel under the name ''. Loopbacks are left out. */
  interfaces(): Map<string, SeenInterface[]> {
    const folder = `/proc/${this.#anchor}/root/run/netns`;
    const home = openSync(own, 'r');
    try {
      const named = readdirSync(folder).map((name) => [name, interfacesOf(`${folder}/${name}`)] as const);
      return new Map([['', interfacesOf(`/proc/${this.#anchor}/ns/net`)], ...named]);
    } finally {
      setns(home, CLONE_NEWNET);
      closeSync(home);
    }
  }

  /** The same, as ip(8) shows it. */
  async interfacesByIp(): Promise<Map<string, SeenInterface[]>> {
    const text = await this.run('echo "#"; ip -j link; for n in $(ls /run/netns); do echo "#$n"; ip -j -n "$n" link; done');
    const spaces = new Map<string, SeenInterface[]>();
    for (const part of text.split(/^#/m).slice(1)) {
      const end = part.indexOf('\n');
      const links = JSON.parse(part.slice(end).trim() || '[]') as IpLink[];
      spaces.set(part.slice(0, end), links.filter(({ ifname }) => ifname !== 'lo').map(shownByIp));
    }
    return spaces;
  }

  /** Runs a line of the shell and gives what it wrote. */
  async run(line: string): Promise<string> {
    const mark = '%%%';
    this.#heard = '';
    this.#shell.stdin?.write(`${line}; echo "${mark}"\n`);
    for (const deadline = performance.now() + 20_000; !this.#heard.endsWith(`${mark}\n`); ) {
      if (performance.now() > deadline || this.#shell.exitCode !== null)
        throw new Error(`the sandbox does not answer: ${this.#heard}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#heard.slice(0, -mark.length - 1);
  }

  close(): void {
    this.#shell.stdin?.end();
  }
}

/** The processes of a lab's nodes: by node, their numbers and whether they stand still. */
export function nodeProcesses(folder: string): Map<string, { readonly pid: number; readonly still: boolean }[]> {
  const found = new Map<string, { pid: number; still: boolean }[]>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    try {
      const marks = readFileSync(`/proc/${pid}/environ`, 'utf8');
      if (!marks.includes(folder)) continue;
      const node = /(?:^|\0)WEFT_NODE=([^\0]*)/.exec(marks)?.[1];
      const state = /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
      if (node === undefined || 'ZX'.includes(state)) continue;
      found.set(node, [...(found.get(node) ?? []), { pid, still: state === 'T' }]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

function interfacesOf(path: string): SeenInterface[] {
  const netns = openSync(path, 'r');
  setns(netns, CLONE_NEWNET);
  closeSync(netns);
  const socket = NetlinkSocket.open();
  try {
    return listLinks(socket)
      .filter(({ name }) => name !== 'lo')
      .map(({ name, index, mac, mtu, alias, up, carrier, peerIndex }) => ({
        name,
        index,
        mac,
        mtu,
        alias,
        up,
        carrier,
        peer: peerIndex,
      }));
  } finally {
    socket.close();
  }
}

function shownByIp(link: IpLink): SeenInterface {
  return {
    name: link.ifname,
    index: link.ifindex,
    mac: link.address,
    mtu: link.mtu,
    alias: link.ifalias ?? '',
    up: link.flags.includes('UP'),
    carrier: link.flags.includes('LOWER_UP'),
    peer: link.link_index,
  };
}
