import type { Driver, DriverCapabilities } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { LabSpec } from '../../model/lab-spec.ts';
import { isGenerated, isNamespace, type NodeKind } from '../../model/topology.ts';
import { compareVersions } from '../../model/version-order.ts';

export type Drivers = Readonly<Record<'vm' | 'namespace', Driver>>;

/** What a generated script says, and what its driver can do with it. */
export interface NodeScript {
  readonly text: string;
  readonly capabilities: DriverCapabilities;
}

export function driverFor(drivers: Drivers, kind: NodeKind): Driver {
  return drivers[isNamespace({ kind }) ? 'namespace' : 'vm'];
}

/**
 * The scripts of all nodes that run something, by node name. Missing ones are a HostError ENOENT, or count as empty for a lab that runs
 * already: what was deleted meanwhile must not keep it from being looked at and taken down.
 */
export async function readScripts(
  spec: LabSpec,
  files: Files,
  drivers: Drivers,
  missing: 'refused' | 'empty',
): Promise<Map<string, NodeScript>> {
  const nodes = spec.topology.nodes.filter(isGenerated);
  const scripts = new Map<string, NodeScript>();
  const absent: string[] = [];
  const texts = await files.readTextsIfThere(nodes.map(({ name }) => `${spec.directory}/${name}`));
  for (const [at, { name, kind }] of nodes.entries()) {
    const text = texts[at];
    if (text === undefined) absent.push(name);
    scripts.set(name, { text: text ?? '', capabilities: driverFor(drivers, kind).capabilities(text ?? '') });
  }
  if (absent.length > 0 && missing === 'refused') throw notGenerated(absent);
  return scripts;
}

function notGenerated(nodes: readonly string[]): HostError {
  const some = [...nodes].sort(compareVersions).slice(0, 3).join(', ');
  const more = nodes.length > 3 ? ` and ${nodes.length - 3} more` : '';
  return new HostError('ENOENT', `no executable was generated for ${some}${more}`, {
    hint: 'run `weft generate` first, or `weft up`, which does it all',
  });
}
