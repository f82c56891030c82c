import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { PciDevices } from '../../boundary/pci-devices.ts';
import { DeviceClaims, type PciClaim } from './device-claims.ts';

/** Gives devices back to the drivers that they had; gives what failed, a sentence each. */
export async function givePciBack(pci: PciDevices, claims: readonly PciClaim[]): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const { address, driver } of claims) {
    try {
      await pci.giveBack(address, driver);
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      failures.push(failure.message);
    }
  }
  return failures;
}

/** The same of all that a lab had which does not live any more. Its interfaces are the kernel's affair. */
export async function givePciBackOf(run: string, pci: PciDevices, files: Files): Promise<void> {
  const claims = new DeviceClaims(files, run);
  for (const node of await claims.nodes()) await givePciBack(pci, (await claims.of(node))?.pci ?? []);
}
