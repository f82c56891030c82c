import type { KernelOp } from '../../boundary/kernel.ts';
import { runProgram } from '../netlink/run-program.ts';
import { SystemError } from '../netlink/system-error.ts';
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

/** Loads a script in one transaction, by the program. */
export function loadRules(namespaces: Namespaces, { netns, text }: Extract<KernelOp, { op: 'nft' }>): void {
  namespaces.enter(netns);
  const program = findProgram('nft', path.split(':'), '/');
  if (program === undefined) throw new SystemError(ENOENT, 'nft', 'nft is not installed; it is in the package nftables');
  const environment = [`PATH=${path}`, 'LC_ALL=C'];
  const { code, output } = runProgram({ program, argv: ['nft', '-f', '-'], environment, directory: '/' }, text, patience);
  if (code !== 0) throw new SystemError(EINVAL, 'nft', nftComplaint(output, text));
}
