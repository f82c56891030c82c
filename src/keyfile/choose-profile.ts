import type { Diagnostic } from '../model/diagnostic.ts';
import type { MacAddress } from '../model/mac-address.ts';
import type { ConnectionProfile } from './connection-profile.ts';
import { withoutEffect } from './value-fault.ts';

/** What profiles are chosen by. */
export interface InterfaceFacts {
  readonly name: string;
  /** The MAC that the interface came with; undefined where nobody knows. */
  readonly mac: string | undefined;
}

/**
 * The profile for an interface, in NetworkManager's manner: those with its name, or with its MAC where they name no interface; the
 * highest autoconnect-priority wins, the first of equals. Profiles with autoconnect=false are left alone.
 */
export function chooseProfile<Found extends { readonly profile: ConnectionProfile }>(
  found: readonly Found[],
  facts: InterfaceFacts,
): Found | undefined {
  const fitting = found.filter(({ profile }) => isFor(profile, facts));
  return fitting.reduce<Found | undefined>(
    (best, next) => (best !== undefined && best.profile.autoconnectPriority >= next.profile.autoconnectPriority ? best : next),
    undefined,
  );
}

function isFor(profile: ConnectionProfile, { name, mac }: InterfaceFacts): boolean {
  const { autoconnect, interfaceName, macAddress, macDenylist, type } = profile;
  if (!autoconnect || type !== 'ethernet') return false;
  if (interfaceName !== undefined && interfaceName !== name) return false;
  if (interfaceName === undefined && macAddress === undefined) return false;
  if (macAddress !== undefined && macAddress !== mac) return false;
  return !macDenylist.includes(mac as MacAddress);
}

/** A profile that names neither an interface nor a MAC would fit every interface of its node: weft applies it to none, and says so. */
export function namelessness(profile: ConnectionProfile): Diagnostic | undefined {
  const { autoconnect, interfaceName, macAddress, span, type } = profile;
  if (!autoconnect || type !== 'ethernet' || interfaceName !== undefined || macAddress !== undefined) return undefined;
  return withoutEffect(
    span,
    'this connection names neither an interface nor a MAC address, so it is applied to none',
    'add interface-name=PORT to [connection], or mac-address=MAC to [ethernet]',
  );
}
