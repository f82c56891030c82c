import { type PciDevice, type PciFacts, VFIO } from '../../boundary/pci-devices.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { DeviceRefusal } from './device-refusal.ts';

/** What decides whether a node may have PCI devices of the machine. */
export interface PassingFacts extends PciFacts {
  /** Whether drivers may be changed. */
  readonly isRoot: boolean;
  /** The machine's interfaces with a default route. */
  readonly defaults: ReadonlySet<string>;
  /** Devices that labs have taken, and who has each, as `the lab NAME (NODE)`. */
  readonly holders: ReadonlyMap<string, string>;
}

/** Those do not stand in the way of others of their group (kernel documentation, driver-api/vfio: a group's bridges stay with their driver). */
const BRIDGE = '0604';
const STORAGE = '01';

/** Why a node cannot have one of these devices, the first reason that counts; undefined where it can have them all. */
export function pciRefusal(node: string, addresses: readonly string[], facts: PassingFacts): DeviceRefusal | undefined {
  const devices = new Map(facts.devices.map((device) => [device.address, device]));
  for (const address of addresses) {
    const wants = `${node} wants the PCI device ${address}`;
    const refuse = (message: string, hint: string): DeviceRefusal => ({ node, message: `${wants}, ${message}`, hint });
    const device = devices.get(address);
    if (device === undefined) {
      const near = nearestName(address, devices.keys());
      return refuse(
        'and the machine has none at that place',
        near === undefined ? 'lspci -D lists those that it has' : `did you mean ${near}?`,
      );
    }
    if (facts.devices.every(({ group }) => group === undefined)) {
      return refuse(
        'and the machine has no IOMMU in use, without which no guest may have one',
        'switch it on in the firmware (VT-d, AMD-Vi), and boot with intel_iommu=on where it is Intel’s',
      );
    }
    if (device.group === undefined)
      return refuse('which is behind no IOMMU', 'choose a device that has an iommu_group below /sys/bus/pci/devices');
    const reason = heldReason(device, facts) ?? sharedReason(device, addresses, facts);
    if (reason !== undefined) return refuse(...reason);
  }
  return undefined;
}

function heldReason(device: PciDevice, { defaults, holders, isRoot, vfio }: PassingFacts): [string, string] | undefined {
  const { address, driver, interfaces } = device;
  if (driver === VFIO) {
    const holder = holders.get(address);
    return holder === undefined ? undefined : [`which ${holder} has`, 'stop that node first'];
  }
  if (!isRoot) return [`which ${driver ?? 'no driver'} has, and only root can pass it on`, 'run weft as root: sudo weft up'];
  if (!vfio) return [`and the driver ${VFIO} is not there to pass it on`, `load it: modprobe ${VFIO}`];
  const outwards = interfaces.find((name) => defaults.has(name));
  if (outwards !== undefined) {
    return [
      `whose interface ${outwards} has the machine's default route: the machine would be cut off`,
      `take ${outwards} down first`,
    ];
  }
  if (driver !== undefined && device.class.startsWith(STORAGE)) {
    return [
      `a controller of disks that the machine has in use (${driver})`,
      `take it from ${driver} first, if its disks are not needed`,
    ];
  }
  return undefined;
}

/** All that cannot be kept apart goes together, or stays. */
function sharedReason(
  { group }: PciDevice,
  addresses: readonly string[],
  { devices }: PassingFacts,
): [string, string] | undefined {
  const others = devices.filter(
    (other) =>
      other.group === group &&
      !addresses.includes(other.address) &&
      !other.class.startsWith(BRIDGE) &&
      other.driver !== undefined &&
      other.driver !== VFIO,
  );
  if (others.length === 0) return undefined;
  const named = others.map(({ address, driver }) => `${address} (${driver})`).join(', ');
  const they = others.length === 1 ? 'it' : 'them';
  return [
    `which shares its IOMMU group ${group} with ${named}`,
    `give ${they} to the node, too: qn_pci="${[...addresses, ...others.map(({ address }) => address)].join(',')}"`,
  ];
}
