import type { NodeEvent, NodeHandle } from '../../boundary/driver.ts';
import { HotPlug, type HotPlugParts } from './hot-plug.ts';
import { nameInterface } from './name-interface.ts';
import type { QemuNode, QemuProcess } from './qemu-node.ts';
import type { QmpEvent } from './qmp.ts';

/** A running QEMU of a bundled template, as the engine sees it. */
export function qemuHandle(
  qemu: QemuNode,
  { node, header, files }: QemuProcess,
  parts: Pick<HotPlugParts, 'hand' | 'clock'>,
): NodeHandle {
  const devices = HotPlug.of({
    ...parts,
    node,
    spareSlots: header.hotplug,
    socket: files.plug,
    ask: (command, parameters) => qemu.qmp(command, parameters),
    onEvent: (listener) => qemu.onEvent(listener),
  });
  return {
    answers: (timeoutMs) => qemu.attach(timeoutMs),
    async ready(timeoutMs) {
      await qemu.ready(timeoutMs);
      if (header.hotplug) devices.letGo();
    },
    setCarrier: (port, on) => devices.setCarrier(port, on),
    exec: (argv, input, timeoutMs) => qemu.exec(argv, { deadline: timeoutMs, ...(input === undefined ? {} : { input }) }),
    readText: (path) => qemu.readText(path),
    socket: (which) =>
      which === 'console'
        ? { path: files.console, telnet: false, log: files.consoleLog }
        : { path: files.monitor, telnet: false, log: undefined },
    powerDown: () => qemu.powerDown(),
    ports: () => devices.ports(),
    ...(header.hotplug ? { freeSlots: () => devices.freeSlots() } : {}),
    plug: (port) => devices.plug(port),
    foreseePlug: (port) => devices.foresee(port),
    unplug: (port) => devices.unplug(port),
    async nameInterface(mac, name) {
      await qemu.agent();
      const slot = await devices.addressOf(mac);
      await nameInterface((argv, options) => qemu.exec(argv, options), node, { mac, name, slot });
    },
    async pause() {
      await qemu.qmp('stop');
    },
    async resume() {
      await qemu.qmp('cont');
      devices.letGo();
    },
    paused: async () => (await qemu.status()) === 'paused',
    onEvent: (listener) =>
      qemu.onEvent((event) => {
        const told = nodeEvent(event);
        if (told !== undefined) listener(told);
      }),
    close: () => qemu.close(),
  };
}

/** An end of QEMU that a signal or a monitor asked for is none of the guest's (SHUTDOWN of the QMP reference). */
function nodeEvent({ name, data }: QmpEvent): NodeEvent | undefined {
  if (name === 'STOP') return 'paused';
  if (name === 'RESUME') return 'unpaused';
  return name === 'SHUTDOWN' && data['guest'] === true ? 'shutdown' : undefined;
}
