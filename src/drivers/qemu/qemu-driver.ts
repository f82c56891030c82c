import type { ConsoleSocket, Driver, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import type { Files } from '../../boundary/files.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { Kernel, SpawnRequest } from '../../boundary/kernel.ts';
import { type Launch, launchAsWritten, launchBundled } from './launch.ts';
import { nodeRunFiles } from './node-run-directory.ts';
import { QemuNode, type QemuParts } from './qemu-node.ts';
import { parseScriptHeader, type ScriptHeader } from './script-header.ts';

/** What the driver of virtual machines works with. */
export interface QemuDriverParts extends QemuParts {
  readonly files: Files;
  /** Leads to TCP ports inside the panel, where users' own scripts listen. */
  readonly relay: Kernel['relay'];
  /** The small guest's folder. */
  readonly small: string;
  /** The path of setpriv(1); undefined where it is missing. */
  readonly setpriv: string | undefined;
  /** The engine's own environment. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Runs the scripts of QEMU templates: the bundled ones with weft's wires and sockets, a user's own as they are. */
export function qemuDriver(parts: QemuDriverParts): Driver {
  /** Length of NODE.log before the latest start, by node. */
  const logFrom = new Map<string, number>();
  return {
    capabilities(script) {
      const header = parseScriptHeader(script);
      const own = header === undefined;
      return { wires: !own, carrier: !own, exec: header?.agent ?? false, console: true, monitor: true, boots: boots(header) };
    },
    async prepare(node) {
      const files = nodeRunFiles(node.run);
      for (const path of [files.console, files.aux, files.monitor, files.qmp, files.agent, files.consoleLog])
        await parts.files.remove(path);
      logFrom.set(node.node.name, await parts.logs.size(logOf(node)));
    },
    launch: (node) => requestFor(node, parts),
    attach(node, _process, exited) {
      const header = parseScriptHeader(node.script);
      if (header === undefined) return ownScript(node, parts);
      const qemu = new QemuNode(parts, {
        node: node.node.name,
        header,
        files: nodeRunFiles(node.run),
        log: logOf(node),
        consoleFrom: 0,
        logFrom: logFrom.get(node.node.name) ?? 0,
        exited,
      });
      return bundled(node, qemu, header);
    },
  };
}

/** A guest that tells when it has booted is worth waiting for before the next one boots. */
function boots(header: ScriptHeader | undefined): boolean {
  return header !== undefined && header.ready.kind !== 'process';
}

function logOf(node: DriverNode): string {
  return `${node.directory}/${node.node.name}.log`;
}

function requestFor(node: DriverNode, parts: QemuDriverParts): SpawnRequest {
  const launch: Launch = {
    lab: node.lab,
    node: node.node.name,
    directory: node.directory,
    files: node.files,
    small: parts.small,
    run: node.run,
    plugs: node.ports.map(({ netdev, descriptor }) => (netdev === undefined ? undefined : { netdev, descriptor })),
    setpriv: parts.setpriv,
    inherited: parts.environment,
  };
  const request = parseScriptHeader(node.script) === undefined ? launchAsWritten(launch) : launchBundled(launch);
  return { ...request, netns: node.netns };
}

function bundled(node: DriverNode, qemu: QemuNode, header: ScriptHeader): NodeHandle {
  const files = nodeRunFiles(node.run);
  const sockets: Record<'console' | 'monitor', ConsoleSocket> = {
    console: { path: files.console, telnet: false, log: files.consoleLog },
    monitor: { path: files.monitor, telnet: false, log: undefined },
  };
  return {
    ready: async (timeoutMs) => {
      await qemu.attach(timeoutMs);
      await qemu.ready(timeoutMs);
    },
    async setCarrier(port, on) {
      const index = node.ports.findIndex((known) => known.name === port);
      if (index < 0) throw new Error(`${node.node.name} has no port ${port}`);
      await qemu.carrier(index, on);
    },
    async exec(argv, input, timeoutMs) {
      if (!header.agent) {
        throw new HostError(
          'refused',
          `the template ${node.node.template} of ${node.node.name} has no guest agent, so commands cannot be run in it`,
          {
            hint: `use its console: weft console ${node.node.name} -- COMMAND`,
          },
        );
      }
      return await qemu.exec(argv, { ...(input === undefined ? {} : { input }), deadline: timeoutMs });
    },
    socket: (which) => sockets[which],
    close: () => qemu.close(),
  };
}

/** A script of the user's own: nothing is known of it but the TCP ports that it was given. */
function ownScript(node: DriverNode, parts: QemuDriverParts): NodeHandle {
  const files = nodeRunFiles(node.run);
  const sockets = new Map<string, ConsoleSocket>();
  for (const which of ['console', 'monitor'] as const) {
    const port = node.tcp[which];
    if (port === undefined) continue;
    sockets.set(which, { path: files[which], telnet: true, log: undefined });
    void parts.relay(files[which], node.netns, '127.0.0.1', port).catch(() => undefined);
  }
  const refuse = (what: string) =>
    Promise.reject(
      new HostError('refused', `${node.node.name} runs a template of your own, which has no ${what}`, {
        hint: 'docs/templates.md says what a template needs for it',
      }),
    );
  return {
    ready: () => Promise.resolve(),
    setCarrier: () => refuse('QMP socket'),
    exec: () => refuse('guest agent'),
    socket: (which) => sockets.get(which),
    close: () => undefined,
  };
}
