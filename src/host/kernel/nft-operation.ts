import type { KernelOp } from '../../boundary/kernel.ts';
import { SyscallError } from '../libc/syscall-error.ts';
import { startProgram } from '../netlink/run-program.ts';
import { findProgram } from './find-program.ts';
import type { Namespaces } from './namespaces.ts';
import { nftComplaint } from './nft-complaint.ts';

/** asm-generic/errno-base.h */
const ENOENT = 2;
const EINVAL = 22;

/** How long nft may take: it asks name servers for names of hosts, where a script has any. Milliseconds. */
const patience = 10_000;

/** Where it is, on an ordinary user's PATH or not. */
const path = [process.env['PATH'] ?? '/usr/bin:/bin', '/usr/sbin', '/sbin'].join(':');

type NftOp = Extract<KernelOp, { op: 'nft' }>;

/** Loads a script in one transaction, by the program. */
export function loadRules(namespaces: Namespaces, op: NftOp): void {
  startLoading(namespaces, op)();
}

/** Begins with it; what is given waits for its end, and throws where it was refused. Whoever waits may be in another namespace by then. */
export function startLoading(namespaces: Namespaces, { netns, text }: NftOp): () => void {
  namespaces.enter(netns);
  const program = findProgram('nft', path.split(':'), '/');
  if (program === undefined) throw new SyscallError(ENOENT, 'nft', 'nft is not installed; it is in the package nftables');
  const environment = [`PATH=${path}`, 'LC_ALL=C'];
  const running = startProgram({ program, argv: ['nft', '-f', '-'], environment, directory: '/' }, text);
  return () => {
    const { code, output } = running.end(patience);
    if (code !== 0) throw new SyscallError(EINVAL, 'nft', nftComplaint(output, text));
  };
}
