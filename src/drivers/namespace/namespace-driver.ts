import type { Driver, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import { withResolver } from '../../boundary/resolver-file.ts';

/**
 * Runs a node's script inside the node's own network namespace. Its ports are real interfaces there, so the kernel alone switches their
 * carrier, and programs of the user's enter the namespace themselves.
 */
export function namespaceDriver(environment: Readonly<Record<string, string>>): Driver {
  return {
    capabilities: () => ({
      wires: true,
      carrier: true,
      exec: false,
      console: false,
      monitor: false,
      hotplug: true,
      boots: false,
    }),
    prepare: () => Promise.resolve(),
    launch: (node: DriverNode) => ({
      node: node.node.name,
      netns: node.netns,
      argv: seeing(node.resolver, [`${node.directory}/${node.node.name}`]),
      environment: { ...environment, WEFT_FILES: node.files },
      directory: node.directory,
      logFile: `${node.directory}/${node.node.name}.log`,
      hostname: node.node.name,
      descriptors: [],
    }),
    attach: () => handle,
  };
}

function seeing(resolver: string | undefined, argv: readonly string[]): readonly string[] {
  return resolver === undefined ? argv : withResolver(resolver, argv);
}

const handle: NodeHandle = {
  ready: () => Promise.resolve(),
  setCarrier: () => Promise.resolve(),
  exec: () => Promise.reject(new HostError('refused', 'a namespace is entered directly, not through the engine')),
  socket: () => undefined,
  close: () => undefined,
};
