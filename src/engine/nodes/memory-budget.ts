import { HostError } from '../../boundary/host-error.ts';

/** What QEMU takes beside the guest's memory under software emulation, in bytes. */
const overhead = 96 * 1024 * 1024;

/** Memory for the machines of one start: what the kernel has to give, less what was promised already. */
export class MemoryBudget {
  #left: number | undefined;

  /** In bytes; where it is not known, there is always enough. */
  constructor(available: number | undefined) {
    this.#left = available;
  }

  /** Promises a guest its memory, in bytes; HostError `ENOMEM` where it is not there. */
  take(guest: number, node: string): void {
    if (this.#left === undefined || guest === 0) return;
    if (guest + overhead > this.#left) {
      throw new HostError(
        'ENOMEM',
        `${node} wants ${megabytes(guest)} of memory, and the machine has ${megabytes(this.#left)} left`,
        {
          hint: 'stop other nodes, or lower qn_mem',
        },
      );
    }
    this.#left -= guest + overhead;
  }
}

function megabytes(bytes: number): string {
  return `${Math.max(0, Math.floor(bytes / 1024 / 1024))}M`;
}
