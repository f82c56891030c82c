import { nextEthernetName } from '../../address/attached-name.ts';
import { portKey } from '../../address/port-key.ts';
import type { Files } from '../../boundary/files.ts';
import { NODE_FOLDER_ENDING } from '../../keyfile/node-folder.ts';
import type { TopologyNode } from '../../model/topology.ts';
import { cloudSeed, type SeedInterface } from '../../routing/cloud-seed.ts';
import type { Lab } from '../lab.ts';

/** What a guest that configures itself is told at its start: its name, the ports of its links, its uplink, and the NODE.d/user-data of the user. */
export async function seedOf(lab: Lab, { name }: TopologyNode, files: Files): Promise<ReadonlyMap<string, string>> {
  const userData = await files.readTextIfThere(`${lab.spec.directory}/${name}${NODE_FOLDER_ENDING}/user-data`);
  const ports = portsOf(lab, name);
  const terms = lab.parts.routed.termsOf(name);
  const uplink = terms && {
    name: nextEthernetName(new Set(ports.map((port) => port.name))),
    ...{ mac: terms.mac, addresses: [], terms },
  };
  const interfaces = uplink === undefined ? ports : [...ports, uplink];
  return cloudSeed({ lab: lab.spec.name, node: name, interfaces, userData });
}

/** Those that it starts with. */
function portsOf(lab: Lab, name: string): readonly SeedInterface[] {
  return lab.parts.spec.topology.links.flatMap(({ attributes, head, tail }) =>
    [
      { end: tail, addresses: attributes['qn_tailip'] },
      { end: head, addresses: attributes['qn_headip'] },
    ].flatMap(({ addresses = '', end: { node, port } }) => {
      if (node !== name || port === undefined) return [];
      const given = addresses.split(',').map((address) => address.trim());
      return [{ name: port, mac: lab.macs.get(portKey(name, port)) ?? '', addresses: given.filter((address) => address !== '') }];
    }),
  );
}
