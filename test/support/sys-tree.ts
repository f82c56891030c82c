import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A PCI device as a machine's /sys shows it. */
export interface TreeDevice {
  readonly id?: string;
  readonly class: string;
  readonly driver?: string;
  readonly group?: string;
  readonly interfaces?: readonly string[];
}

/** Writes by hand what of /sys tells of PCI: a desktop's, as its files say it. */
export function writeSysTree(folder: string, devices: Readonly<Record<string, TreeDevice>>, drivers: readonly string[]): void {
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(join(folder, 'kernel/iommu_groups'), { recursive: true });
  put('bus/pci/drivers_probe', '');
  for (const driver of drivers) put(`bus/pci/drivers/${driver}/unbind`, '');
  for (const [address, { class: kind, driver, group, id = '8086:1234', interfaces = [] }] of Object.entries(devices)) {
    const lines = [
      ...(driver === undefined ? [] : [`DRIVER=${driver}`]),
      `PCI_CLASS=${kind}`,
      `PCI_ID=${id}`,
      `PCI_SLOT_NAME=${address}`,
    ];
    put(`bus/pci/devices/${address}/uevent`, `${lines.join('\n')}\n`);
    put(`bus/pci/devices/${address}/driver_override`, '(null)\n');
    for (const name of interfaces) put(`bus/pci/devices/${address}/net/${name}/address`, '00:00:00:00:00:00\n');
    if (group !== undefined) put(`kernel/iommu_groups/${group}/devices/${address}/.keep`, '');
  }
}

/** A desktop with VT-d: a card of its own group, one with two functions, and the chipset's devices together. */
export const desktop: Readonly<Record<string, TreeDevice>> = {
  '0000:00:00.0': { class: '60000', group: '0' },
  '0000:00:1c.0': { class: '60400', group: '5', driver: 'pcieport' },
  '0000:00:1f.2': { class: '10601', group: '7', driver: 'ahci' },
  '0000:00:1f.3': { class: '40300', group: '8', driver: 'snd_hda_intel' },
  '0000:00:1f.6': { class: '20000', group: '8', driver: 'e1000e', interfaces: ['eno1'] },
  '0000:03:00.0': { class: '20000', group: '5', driver: 'igb', interfaces: ['enp3s0f0'] },
  '0000:03:00.1': { class: '20000', group: '5', driver: 'igb', interfaces: ['enp3s0f1'] },
  '0000:04:00.0': { class: '20000', group: '9', driver: 'r8169', interfaces: ['enp4s0'] },
  '0000:05:00.0': { class: '20000', group: '10', driver: 'vfio-pci' },
};
