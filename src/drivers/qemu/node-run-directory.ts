import { HostError } from '../../boundary/host-error.ts';
import { encodeUtf8 } from '../../model/utf8.ts';

/** Where a node's sockets and its console's log are; the names are those that bundled scripts use. */
export interface NodeRunFiles {
  readonly directory: string;
  /** The main console (hvc0). */
  readonly console: string;
  /** The second console (hvc1). */
  readonly aux: string;
  /** QEMU's monitor for people. */
  readonly monitor: string;
  readonly qmp: string;
  /** QEMU's second control monitor: descriptors of network devices come in here. */
  readonly plug: string;
  readonly agent: string;
  /** The folder of the files of cloud-init's seed, where the template has one. */
  readonly seed: string;
  /** All that the main console ever printed, appended by QEMU itself. */
  readonly consoleLog: string;
  /** What the first serial port printed, where the template has one: the kernel's words before its consoles are there. */
  readonly bootLog: string;
}

/** Longest path of a unix socket in bytes: sun_path without its final zero (unix(7)). */
const LONGEST = 107;
const LONGEST_NAME = '/monitor.sock';

/**
 * The folder of a node's sockets below the lab's: named as the node is, or by a digest where that would make the sockets' paths too long.
 * HostError ENAMETOOLONG where even that does not fit.
 */
export function nodeRunDirectory(labRun: string, node: string): string {
  const readable = `${labRun}/nodes/${node}`;
  if (/^[^/~.][^/]*$/.test(node) && fits(readable)) return readable;
  const short = `${labRun}/nodes/~${digest(node)}`;
  if (fits(short)) return short;
  throw new HostError(
    'ENAMETOOLONG',
    `the sockets of ${node} need a path of at most ${LONGEST} bytes, and ${labRun} leaves too little`,
    {
      hint: 'set XDG_RUNTIME_DIR to a directory with a shorter path',
    },
  );
}

/** `consoleLog` is where bundled scripts keep it: in the lab's directory, where it outlives the lab. */
export function nodeRunFiles(directory: string, consoleLog: string): NodeRunFiles {
  return {
    directory,
    console: `${directory}/console.sock`,
    aux: `${directory}/aux.sock`,
    monitor: `${directory}/monitor.sock`,
    qmp: `${directory}/qmp.sock`,
    plug: `${directory}/plug.sock`,
    agent: `${directory}/agent.sock`,
    seed: `${directory}/seed`,
    consoleLog,
    bootLog: `${directory}/boot.log`,
  };
}

function fits(directory: string): boolean {
  return encodeUtf8(directory + LONGEST_NAME).length <= LONGEST;
}

/** 64 bits of FNV-1a (IETF draft-eastlake-fnv) in hexadecimal: names of one lab do not collide by chance. */
function digest(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of encodeUtf8(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return hash.toString(16).padStart(16, '0');
}
