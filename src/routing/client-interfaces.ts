import type { ProviderClient } from './node-network.ts';

/** The number of the group that interfaces to clients are put in, as Qubes has it. */
export const CLIENT_GROUP: number = 2;

/** The interface of a client in its provider. */
export function clientInterface({ number }: Pick<ProviderClient, 'number'>): string {
  return `vif${number}.0`;
}

/** A rule for what comes from clients: known by the group and by the name, so that it also holds before the group is set. */
export function fromClients(rest: string): string[] {
  return [`iifgroup ${CLIENT_GROUP} ${rest}`, `iifname "vif*" ${rest}`];
}

/** The same for what goes to clients. */
export function toClients(rest: string): string[] {
  return [`oifgroup ${CLIENT_GROUP} ${rest}`, `oifname "vif*" ${rest}`];
}

export const NOT_FROM_CLIENTS: string = `iifgroup != ${CLIENT_GROUP} iifname != "vif*"`;
export const NOT_TO_CLIENTS: string = `oifgroup != ${CLIENT_GROUP} oifname != "vif*"`;
