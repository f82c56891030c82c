import { closeSync, constants, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { type PciDevice, type PciDevices, VFIO } from '../boundary/pci-devices.ts';
import { errnoOf, systemFailure } from './system-failure.ts';

/** The machine's PCI devices as sysfs(5) shows them; `sys` is where that is mounted. */
export function sysPciDevices(sys: string = '/sys'): PciDevices {
  const bus = `${sys}/bus/pci`;
  const groupOf = (): ReadonlyMap<string, string> => {
    const groups = listed(`${sys}/kernel/iommu_groups`);
    return new Map(
      groups.flatMap((group) =>
        listed(`${sys}/kernel/iommu_groups/${group}/devices`).map((address) => [address, group] as const),
      ),
    );
  };
  const describe = (address: string, groups: ReadonlyMap<string, string>): PciDevice => {
    const said = readFileSync(`${bus}/devices/${address}/uevent`, 'utf8');
    return {
      address,
      driver: /^DRIVER=(.+)$/m.exec(said)?.[1],
      group: groups.get(address),
      class: (/^PCI_CLASS=(.+)$/m.exec(said)?.[1] ?? '').padStart(6, '0').toLowerCase(),
      interfaces: [...listed(`${bus}/devices/${address}/net`), ...virtioInterfaces(`${bus}/devices/${address}`)],
    };
  };
  const driverOf = (address: string) => describe(address, new Map()).driver;
  const override = (address: string, driver: string) => put(`${bus}/devices/${address}/driver_override`, `${driver}\n`);
  const attempt = async (doing: string, work: () => void) => {
    try {
      work();
      return await Promise.resolve();
    } catch (failure) {
      throw systemFailure(doing, failure);
    }
  };
  return {
    facts: () => {
      const groups = groupOf();
      const devices = listed(`${bus}/devices`).map((address) => describe(address, groups));
      return Promise.resolve({ devices, vfio: listed(`${bus}/drivers`).includes(VFIO) });
    },
    pass: (address) =>
      attempt(`give ${address} to ${VFIO}`, () => {
        const driver = driverOf(address);
        if (driver === VFIO) return;
        override(address, VFIO);
        if (driver !== undefined) put(`${bus}/drivers/${driver}/unbind`, address);
        put(`${bus}/drivers_probe`, address);
      }),
    giveBack: (address, hadDriver) =>
      attempt(`take ${address} from ${VFIO}`, () => {
        if (driverOf(address) !== VFIO) return;
        override(address, '');
        put(`${bus}/drivers/${VFIO}/unbind`, address);
        if (hadDriver) put(`${bus}/drivers_probe`, address);
      }),
  };
}

/** A virtio device is a bus of its own, with the interface behind it. */
function virtioInterfaces(device: string): readonly string[] {
  return listed(device)
    .filter((name) => /^virtio\d+$/.test(name))
    .flatMap((name) => listed(`${device}/${name}/net`));
}

function put(path: string, text: string): void {
  const file = openSync(path, constants.O_WRONLY);
  try {
    writeSync(file, text);
  } finally {
    closeSync(file);
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (failure) {
    if (errnoOf(failure) === 'ENOENT' || errnoOf(failure) === 'ENOTDIR') return [];
    throw failure;
  }
}
