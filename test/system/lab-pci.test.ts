import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { labFixture } from '../support/lab-fixture.ts';
import { holderLacks, noQemu } from '../support/lab-holder.ts';

const list = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};
const [device] = list('/sys/bus/pci/devices').toReversed();
const missing = noQemu ?? holderLacks('root') ?? (device === undefined ? 'the machine has no PCI device' : undefined);
if (missing !== undefined) process.stdout.write(`skipped: PCI devices of the machine: ${missing}\n`);
const iommu = list('/sys/kernel/iommu_groups').length > 0;
const why = iommu ? 'no device of this machine is to spare' : 'the machine has no IOMMU';
process.stdout.write(`skipped: a PCI device in a guest: ${why}; what is passed on is shown by src/host/pci-devices.test.ts\n`);

it.skipIf(missing !== undefined || iommu)('a PCI device is refused without an IOMMU, and nothing is started', async () => {
  const weft = await labFixture('root');
  try {
    const directory = weft.write({
      'lab/topology.dot.in': `graph pci { gw [qn_template="small", qn_pci="${device}"]; other [qn_kind="namespace"]; }`,
    });
    const { code, stderr } = await weft.weft(directory, 'up');
    expect(code).not.toBe(0);
    expect(stderr).toContain(`gw wants the PCI device ${device}, and the machine has no IOMMU in use`);
    expect(stderr.match(/PCI device/g)).toHaveLength(1);
    expect((await weft.status(directory)).nodes.map(({ state }) => state)).toEqual(['stopped', 'stopped']);
  } finally {
    await weft.end();
  }
});
