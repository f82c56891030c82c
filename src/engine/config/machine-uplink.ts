import type { Files } from '../../boundary/files.ts';
import { HOST, type Kernel } from '../../boundary/kernel.ts';
import type { PortConfig } from '../../routing/port-config.ts';
import { interfaceOps } from './interface-ops.ts';
import { uplinkConfig } from './uplink-config.ts';

export interface MachineUplinkParts {
  readonly kernel: Pick<Kernel, 'run'>;
  readonly files: Pick<Files, 'readTextIfThere'>;
}

/** Configures the machine's own uplink; gives what went wrong, a sentence each. A default route that it has already stays the only one. */
export async function configureMachine(
  { files, kernel }: MachineUplinkParts,
  port: string,
  wanted: PortConfig,
): Promise<readonly string[]> {
  const routed = (await files.readTextIfThere('/proc/net/route')) ?? '';
  const hasDefault = routed.split('\n').some((line) => !line.startsWith(`${port}\t`) && /^\S+\t00000000\t/.test(line));
  const routes = wanted.routes.filter(({ destination }) => !hasDefault || !/^(0\.0\.0\.0|::)\/0$/.test(destination));
  const failures = await kernel.run(interfaceOps(HOST, port, { ...uplinkConfig(wanted), routes }));
  return [
    ...(hasDefault ? [`the machine has a default route of its own, so ${port} has none; add routes to what is to go there`] : []),
    ...failures.flatMap((failure) => failure?.message ?? []),
  ];
}
