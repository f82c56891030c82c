import type { Driver, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel } from '../../boundary/kernel.ts';
import { withResolver } from '../../boundary/resolver-file.ts';

/**
 * Runs a node's script inside the node's own network namespace. Its ports are real interfaces there, so the kernel alone switches their
 * carrier, and programs of the user's enter the namespace themselves.
 */
export function namespaceDriver(
  environment: Readonly<Record<string, string>>,
  kernel: Pick<Kernel, 'signal' | 'stopped'>,
): Driver {
  return {
    capabilities: () => ({
      wires: true,
      carrier: true,
      exec: false,
      console: false,
      monitor: false,
      hotplug: true,
      seeded: false,
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
    attach: (_node, { pid }) => handle(pid, kernel),
  };
}

function seeing(resolver: string | undefined, argv: readonly string[]): readonly string[] {
  return resolver === undefined ? argv : withResolver(resolver, argv);
}

function handle(pid: number, kernel: Pick<Kernel, 'signal' | 'stopped'>): NodeHandle {
  return {
    ready: () => Promise.resolve(),
    setCarrier: () => Promise.resolve(),
    exec: () => Promise.reject(new HostError('refused', 'a namespace is entered directly, not through the engine')),
    socket: () => undefined,
    pause: () => kernel.signal([pid], 'SIGSTOP'),
    resume: () => kernel.signal([pid], 'SIGCONT'),
    paused: async () => (await kernel.stopped([pid])).includes(pid),
    close: () => undefined,
  };
}
