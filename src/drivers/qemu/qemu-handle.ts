import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { QemuNode, QemuProcess } from './qemu-node.ts';

/** A running QEMU of a bundled template, as the engine sees it. `ports` in the order of NODE.yaml's links. */
export function qemuHandle(qemu: QemuNode, ports: readonly string[], { node, files }: QemuProcess): NodeHandle {
  return {
    ready: (timeoutMs) => qemu.ready(timeoutMs),
    async setCarrier(port, on) {
      const link = ports.indexOf(port);
      if (link < 0) throw new HostError('no-such-port', `${node} was started without a port ${port}`);
      await qemu.carrier(link, on);
    },
    exec: (argv, input, timeoutMs) => qemu.exec(argv, { deadline: timeoutMs, ...(input === undefined ? {} : { input }) }),
    socket: (which) =>
      which === 'console'
        ? { path: files.console, telnet: false, log: files.consoleLog }
        : { path: files.monitor, telnet: false, log: undefined },
    powerDown: () => qemu.powerDown(),
    close: () => qemu.close(),
  };
}
