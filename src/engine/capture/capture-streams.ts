import { HostError } from '../../boundary/host-error.ts';
import type { ByteStream } from '../../boundary/streams.ts';
import type { Captures } from './captures.ts';
import type { FlightRecorder } from './flight-recorder.ts';
import { passOn } from './pass-on.ts';

/** A stream that a client asks for. */
export type CaptureStream =
  | {
      readonly stream: 'capture';
      readonly ports: readonly string[];
      readonly all: boolean;
      readonly filter: string;
      readonly snaplen: number;
    }
  | { readonly stream: 'recording'; readonly ports: readonly string[] };

/** Serves a client with pcapng, or says in a sentence why not. */
export async function openCaptureStream(
  wanted: CaptureStream,
  captures: Captures,
  recorder: FlightRecorder,
): Promise<((client: ByteStream) => void) | string> {
  try {
    if (wanted.stream === 'recording') {
      const pieces = recorder.dump(wanted.ports);
      return (client) => sendAll(pieces, client);
    }
    const source = await captures.begin(wanted);
    return (client) => passOn(source, client);
  } catch (failure) {
    if (failure instanceof HostError) return failure.hint === undefined ? failure.message : `${failure.message}\n${failure.hint}`;
    throw failure;
  }
}

function sendAll(pieces: readonly Uint8Array[], client: ByteStream): void {
  let next = 0;
  const send = () => {
    while (next < pieces.length) {
      const piece = pieces[next++];
      if (piece !== undefined && !client.write(piece)) return;
    }
    client.close();
  };
  client.onDrain(send);
  client.onData(() => undefined);
  send();
}
