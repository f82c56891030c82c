import { HostError } from '../../boundary/host-error.ts';

/** What is said where an engine holds no lab. Its nodes may run all the same. */
export function nothingHeld(lab: string): HostError {
  return new HostError('not-running', `lab ${lab} was never started, or its document is lost`, {
    hint: 'weft up reads the topology again, and takes over what runs',
  });
}
