import type { Span } from '../model/diagnostic.ts';
import type { MacAddress } from '../model/mac-address.ts';
import type { Route } from '../model/route.ts';

/** How addresses of one family come about; what NetworkManager calls `ignore` is left to the kernel. */
export type IpMethod = 'manual' | 'auto' | 'disabled' | 'ignore' | 'link-local' | 'shared' | 'dhcp';

/** [ipv4] or [ipv6] of a keyfile. */
export interface IpSettings {
  readonly method: IpMethod;
  /** ADDRESS/LENGTH. */
  readonly addresses: readonly string[];
  readonly gateway: string | undefined;
  readonly routes: readonly Route[];
  readonly routeMetric: number | undefined;
  readonly routeTable: number | undefined;
  readonly dns: readonly string[];
  readonly dnsSearch: readonly string[];
  readonly dnsOptions: readonly string[];
  readonly dnsPriority: number;
  readonly neverDefault: boolean;
  readonly ignoreAutoRoutes: boolean;
  /** How the kernel makes IPv6 interface identifiers; undefined leaves it to the kernel. */
  readonly addressesFromMac: boolean | undefined;
}

/** A connection profile of NetworkManager, as far as weft carries it out (nm-settings-keyfile(5), nm-settings-nmcli(5)). */
export interface ConnectionProfile {
  readonly id: string;
  readonly type: string;
  readonly interfaceName: string | undefined;
  readonly autoconnect: boolean;
  readonly autoconnectPriority: number;
  /** The interface's own MAC must be this one. */
  readonly macAddress: MacAddress | undefined;
  readonly macDenylist: readonly MacAddress[];
  /** The MAC that the interface is to have. */
  readonly clonedMac: MacAddress | undefined;
  readonly mtu: number | undefined;
  readonly ipv4: IpSettings;
  readonly ipv6: IpSettings;
  /** Where a diagnostic about the whole profile points to. */
  readonly span: Span;
}
