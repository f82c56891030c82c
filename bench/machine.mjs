import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, totalmem } from 'node:os';

/** What the figures depend on, in general terms. */
export function machine() {
  const qemu = /version ([\d.]+)/.exec(spawnSync('qemu-system-x86_64', ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[1];
  return {
    cores: `${availableParallelism()} cores`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: `Linux ${release().split('-')[0]}`,
    node: `Node ${process.versions.node}`,
    qemu: qemu === undefined ? 'no QEMU' : `QEMU ${qemu}`,
    accelerator: kvmWorks() ? 'KVM' : 'software emulation (TCG)',
    load: `load ${loadavg()[0].toFixed(1)} at the beginning`,
  };
}

/** Some nested machines have a /dev/kvm that can be opened and still does not take a guest, or none without the processor's help: one is tried. */
function kvmWorks() {
  if (!/\b(?:vmx|svm)\b/.test(readFileSync('/proc/cpuinfo', 'utf8'))) return false;
  const words = [
    '-nodefaults',
    '-no-user-config',
    '-display',
    'none',
    '-M',
    'pc',
    '-accel',
    'kvm',
    '-cpu',
    'max',
    '-m',
    '16',
    '-S',
    '-monitor',
    'stdio',
  ];
  return spawnSync('qemu-system-x86_64', words, { input: 'quit\n', stdio: ['pipe', 'ignore', 'ignore'] }).status === 0;
}
