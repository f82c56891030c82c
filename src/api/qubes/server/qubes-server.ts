import type { Clock } from '../../../boundary/clock.ts';
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
}

/** Serves a lab's Admin API on its two sockets until it is closed; that ends what is under way. */
export async function serveQubes(parts: QubesServerParts): Promise<Listener> {
  const listeners = await Promise.all([
    parts.streams.listenUnix(qubesSocket(parts.run), 0o600, accepting(parts, false)),
    parts.streams.listenUnix(readingSocket(parts.run), 0o600, accepting(parts, true)),
  ]);
  return {
    async close() {
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
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
