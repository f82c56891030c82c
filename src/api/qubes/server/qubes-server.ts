import type { Clock } from '../../../boundary/clock.ts';
import { HostError } from '../../../boundary/host-error.ts';
import type { QubesLab } from '../../../boundary/qubes-lab.ts';
import type { HalfCloseStream, Listener, Streams } from '../../../boundary/streams.ts';
import { qubesSocket, readingSocket } from '../sockets.ts';
import { serveConnection } from './serve-connection.ts';

/** As many connections are served at once on a socket; others are dropped, and can try again. */
const mostConnections = 4096;

export interface QubesServerParts {
  readonly streams: Pick<Streams, 'listenUnix'>;
  readonly clock: Clock;
  readonly lab: QubesLab;
  /** The lab's runtime folder. */
  readonly run: string;
  readonly bug: (failure: unknown) => void;
  readonly log: (message: string) => void;
}

/**
 * Serves a lab's Admin API on its two sockets until it is closed; that ends what is under way. A lab lives without a socket whose path the system
 * does not take: that is logged.
 */
export async function serveQubes(parts: QubesServerParts): Promise<Listener> {
  const listening = [listenOn(parts, qubesSocket(parts.run), false), listenOn(parts, readingSocket(parts.run), true)];
  const listeners = await Promise.all(listening);
  return {
    async close() {
      await Promise.all(listeners.flatMap((listener) => (listener === undefined ? [] : [listener.close()])));
    },
  };
}

async function listenOn(parts: QubesServerParts, path: string, readOnly: boolean): Promise<Listener | undefined> {
  try {
    return await parts.streams.listenUnix(path, 0o600, accepting(parts, readOnly));
  } catch (failure) {
    if (!(failure instanceof HostError)) throw failure;
    parts.log(`the Admin API is not served here: ${failure.message}; a shorter XDG_RUNTIME_DIR may help`);
    return undefined;
  }
}

function accepting({ bug, clock, lab }: QubesServerParts, readOnly: boolean): (stream: HalfCloseStream) => void {
  let connections = 0;
  return (stream) => {
    if (connections >= mostConnections) {
      stream.close();
      return;
    }
    connections += 1;
    serveConnection(stream, { bug, clock, lab, readOnly })
      .catch(bug)
      .finally(() => {
        connections -= 1;
      });
  };
}
