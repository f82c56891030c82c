/** A device on the machine's PCI bus. */
export interface PciDevice {
  /** Domain, bus, slot and function: `0000:03:00.0`. */
  readonly address: string;
  /** The driver that has it; undefined where none has. */
  readonly driver: string | undefined;
  /** The devices that cannot be kept apart by the IOMMU have the same group; undefined where the device is behind none. */
  readonly group: string | undefined;
  /** Six hexadecimal digits: base class, class, interface. */
  readonly class: string;
  /** Its network interfaces in the machine's own namespace. */
  readonly interfaces: readonly string[];
}

/** What the machine has of PCI. */
export interface PciFacts {
  readonly devices: readonly PciDevice[];
  /** Whether the driver that passes devices through, vfio-pci, is there. */
  readonly vfio: boolean;
}

/** The machine's PCI devices, and the drivers that have them. */
export interface PciDevices {
  facts(): Promise<PciFacts>;
  /** Takes a device from its driver, and gives it to vfio-pci; one that vfio-pci has already stays. Rejects with a HostError. */
  pass(address: string): Promise<void>;
  /** Takes it from vfio-pci, and has the kernel look for its driver again, unless it had none. One that vfio-pci does not have stays. */
  giveBack(address: string, hadDriver: boolean): Promise<void>;
}

/** The driver that passes devices through (kernel documentation, driver-api/vfio). */
export const VFIO = 'vfio-pci';
