import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { desktop, type TreeDevice, writeSysTree } from '../../../test/support/sys-tree.ts';
import { sysPciDevices } from '../../host/pci-devices.ts';
import { type PassingFacts, pciRefusal } from './pci-refusal.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-sys-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const others = { isRoot: true, defaults: new Set(['enp4s0']), holders: new Map([['0000:05:00.0', 'the lab other (gw)']]) };
let count = 0;

async function refused(
  addresses: readonly string[],
  changes: Partial<PassingFacts> = {},
  devices: Readonly<Record<string, TreeDevice>> = desktop,
): Promise<string | undefined> {
  const sys = join(folder, String(count++));
  writeSysTree(sys, devices, ['vfio-pci']);
  const refusal = pciRefusal('gw', addresses, { ...(await sysPciDevices(sys).facts()), ...others, ...changes });
  return refusal && `${refusal.message}; ${refusal.hint}`;
}

describe('a PCI device of the machine', () => {
  it('is passed on where nothing speaks against it', async () => {
    expect(await refused(['0000:04:00.0'], { defaults: new Set() })).toBeUndefined();
    expect(await refused(['0000:05:00.0'], { holders: new Map(), isRoot: false })).toBeUndefined();
    expect(await refused(['0000:03:00.0', '0000:03:00.1'])).toBeUndefined();
  });

  it('is one that the machine has', async () => {
    expect(await refused(['0000:04:00.2'])).toBe(
      'gw wants the PCI device 0000:04:00.2, and the machine has none at that place; did you mean 0000:04:00.0?',
    );
    expect(await refused(['ffff:ff:ff.7'])).toContain('lspci -D lists those that it has');
  });

  it('needs an IOMMU, and one that it is behind', async () => {
    const bare = Object.fromEntries(Object.entries(desktop).map(([address, device]) => [address, { class: device.class }]));
    expect(await refused(['0000:04:00.0'], {}, bare)).toBe(
      'gw wants the PCI device 0000:04:00.0, and the machine has no IOMMU in use, without which no guest may have one; switch it on in the firmware (VT-d, AMD-Vi), and boot with intel_iommu=on where it is Intel’s',
    );
    const one = { ...bare, '0000:00:00.0': { class: '60000', group: '0' } };
    expect(await refused(['0000:04:00.0'], {}, one)).toContain('which is behind no IOMMU');
  });

  it('takes all of its group with it, bridges apart', async () => {
    expect(await refused(['0000:03:00.0'])).toBe(
      'gw wants the PCI device 0000:03:00.0, which shares its IOMMU group 5 with 0000:03:00.1 (igb); give it to the node, too: qn_pci="0000:03:00.0,0000:03:00.1"',
    );
    expect(await refused(['0000:00:1f.6'])).toContain('group 8 with 0000:00:1f.3 (snd_hda_intel)');
  });

  it('is not what the machine itself lives by', async () => {
    expect(await refused(['0000:04:00.0'])).toContain("whose interface enp4s0 has the machine's default route");
    expect(await refused(['0000:00:1f.2'])).toContain('a controller of disks that the machine has in use (ahci)');
  });

  it('is given by root, by a driver that is there, to one lab', async () => {
    expect(await refused(['0000:03:00.0'], { isRoot: false })).toContain('which igb has, and only root can pass it on');
    expect(await refused(['0000:03:00.0'], { vfio: false })).toContain('modprobe vfio-pci');
    expect(await refused(['0000:05:00.0'])).toContain('which the lab other (gw) has; stop that node first');
  });
});
