import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
    accelerator: existsSync('/dev/kvm') ? 'KVM' : 'software emulation (TCG)',
    load: `load ${loadavg()[0].toFixed(1)} at the beginning`,
  };
}
