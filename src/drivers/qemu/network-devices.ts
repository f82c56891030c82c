import { HostError } from '../../boundary/host-error.ts';
import { netdevId, portOfNetdev } from '../../model/netdev-id.ts';
import { isObject } from './json-lines.ts';

/** A QMP command of one running QEMU. */
export type Ask = (command: string, parameters?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/**
 * A network device of a running QEMU. Ids say all: a device that bundled scripts start with is `linkN` and its netdev is named by its port;
 * one that was plugged later is `nicN-ID`, its netdev `plugN-ID`, with the port's netdev id as ID. N counts the devices of one port that a
 * guest has yet to let go of.
 */
export interface NetworkDevice {
  readonly id: string;
  readonly netdev: string;
  readonly port: string;
}

/** A network device and where its wire would be. */
export interface NetworkDeviceState extends NetworkDevice {
  readonly mac: string;
  /** Its netdev is there; without one it waits for its guest to let go. */
  readonly wired: boolean;
}

/** Devices and slots of a running QEMU, as `qom-list` names them. */
export async function deviceIds(ask: Ask): Promise<readonly string[]> {
  return children(await ask('qom-list', { path: PERIPHERAL })).map(({ name }) => name);
}

export const PERIPHERAL = '/machine/peripheral';

/** Whether an id is that of a network device; one that waits for its guest to let go counts. */
export function isNetworkDevice(id: string): boolean {
  return /^(link\d+$|nic\d+-)/.test(id);
}

/** The network devices among them, in the order of their ids. */
export async function networkDevices(ask: Ask, ids: readonly string[]): Promise<readonly NetworkDevice[]> {
  const found = await Promise.all(ids.map((id) => networkDevice(ask, id)));
  return found.filter((device) => device !== undefined);
}

/** undefined when the guest has just let go of it. */
export async function deviceState(ask: Ask, device: NetworkDevice): Promise<NetworkDeviceState | undefined> {
  const [mac, wired] = await Promise.all([propertyOf(ask, device.id, 'mac'), isWired(ask, device.netdev)]);
  return mac === undefined ? undefined : { ...device, mac, wired };
}

/** The number-th device of a port. */
export function pluggedDevice(port: string, number: number): NetworkDevice {
  const id = netdevId(port);
  return { id: `nic${number}-${id}`, netdev: `plug${number}-${id}`, port };
}

/** undefined when there is no such device, or it has no such text. */
export async function propertyOf(ask: Ask, id: string, property: string): Promise<string | undefined> {
  const value = await ask('qom-get', { path: `${PERIPHERAL}/${id}`, property }).catch(orNothing);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

export interface QomChild {
  readonly name: string;
  readonly type: string;
}

/** What `qom-list` answered. */
export function children(untrusted: unknown): readonly QomChild[] {
  return (Array.isArray(untrusted) ? untrusted : []).flatMap((one) =>
    isObject(one) ? [{ name: String(one['name']), type: String(one['type']) }] : [],
  );
}

async function networkDevice(ask: Ask, id: string): Promise<NetworkDevice | undefined> {
  const plugged = /^nic(\d+)-(.*)$/.exec(id);
  if (plugged !== null) return pluggedDevice(portOfNetdev(plugged[2] ?? ''), Number(plugged[1]));
  if (!/^link\d+$/.test(id)) return undefined;
  const netdev = await propertyOf(ask, id, 'netdev');
  return netdev === undefined || netdev === '' ? undefined : { id, netdev, port: portOfNetdev(netdev) };
}

/** A device names its netdev even after that one is gone. `query-rx-filter` refuses any netdev, but with other words when there is one. */
async function isWired(ask: Ask, netdev: string): Promise<boolean> {
  return await ask('query-rx-filter', { name: netdev }).then(
    () => false,
    (failure: unknown) => {
      orNothing(failure);
      return failure instanceof Error && /isn't a NIC/.test(failure.message);
    },
  );
}

/** Takes what QEMU refused for an answer; silence and a lost connection are none. */
export function orNothing(failure: unknown): undefined {
  if (failure instanceof HostError && REFUSALS.includes(failure.code)) return undefined;
  throw failure;
}

/** Error classes of QMP (QapiErrorClass). */
const REFUSALS = ['GenericError', 'DeviceNotFound', 'DeviceNotActive'];
