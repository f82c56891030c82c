import { NIC_FORCE } from '../../model/machine-devices.ts';
import { nearestName } from '../../model/nearest-name.ts';
import type { DeviceRefusal } from './device-refusal.ts';

/** What decides whether a node may have an interface of the machine. */
export interface NicFacts {
  /** Whether the machine's own network may be changed at all. */
  readonly host: boolean;
  /** The names of its interfaces, without those of weft. */
  readonly interfaces: readonly string[];
  /** Those by which a default route of the machine leads. */
  readonly defaults: ReadonlySet<string>;
  /** Interfaces that labs have taken, and who has each, as `the lab NAME (NODE)`. */
  readonly holders: ReadonlyMap<string, string>;
}

/** Why a node cannot take an interface; undefined where it can. */
export function nicRefusal(node: string, nic: string, force: boolean, facts: NicFacts): DeviceRefusal | undefined {
  if (!facts.host) {
    return {
      node,
      message: `${node} wants the interface ${nic} of the machine, which only root can give it`,
      hint: 'run weft as root: sudo weft up',
    };
  }
  if (!facts.interfaces.includes(nic)) {
    const holder = facts.holders.get(nic);
    if (holder !== undefined) {
      return {
        node,
        message: `${node} wants the interface ${nic} of the machine, which ${holder} has`,
        hint: 'stop that node first',
      };
    }
    const near = nearestName(nic, facts.interfaces);
    return {
      node,
      message: `${node} wants the interface ${nic}, and the machine has none of that name`,
      hint: near === undefined ? `it has ${facts.interfaces.join(', ') || 'none that could be given'}` : `did you mean ${near}?`,
    };
  }
  if (facts.defaults.has(nic) && !force) {
    return {
      node,
      message: `${node} wants the interface ${nic}, which has the machine's default route: the machine would be cut off`,
      hint: `if that is meant, give ${node} ${NIC_FORCE}="true"`,
    };
  }
  return undefined;
}
