import type { ConsoleSocket, DriverNode, NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import { EMPTY, type Kernel } from '../../boundary/kernel.ts';

/**
 * A running script of the user's own: its consoles are telnet servers on its localhost, reached through relays, and signals stop it;
 * nothing more is known of it.
 */
export function scriptHandle(node: DriverNode, pid: number, kernel: Pick<Kernel, 'relay' | 'signal' | 'stopped'>): NodeHandle {
  const { name } = node.node;
  const relayed = (which: 'console' | 'monitor'): ConsoleSocket | undefined => {
    const port = node.tcp[which];
    if (port === undefined || node.netns === EMPTY) return undefined;
    const path = `${node.run}/${which}.sock`;
    // A relay that cannot be made shows as a console that refuses connections, which its viewers are told.
    kernel.relay(path, node.netns, '127.0.0.1', port).catch(() => undefined);
    return { path, telnet: true, log: undefined };
  };
  const sockets = { console: relayed('console'), monitor: relayed('monitor') };
  const unknown = (what: string) =>
    Promise.reject(
      new HostError('refused', `${name} runs a template of your own without weft's header, so weft cannot ${what}`, {
        hint: 'see the templates that come with weft for the header and what it asks of a script',
      }),
    );
  return {
    ready: () => Promise.resolve(),
    setCarrier: () => unknown('switch its links'),
    exec: () => unknown('run commands in it'),
    socket: (which) => sockets[which],
    pause: () => kernel.signal([pid], 'SIGSTOP'),
    resume: () => kernel.signal([pid], 'SIGCONT'),
    paused: async () => (await kernel.stopped([pid])).includes(pid),
    close: () => undefined,
  };
}
