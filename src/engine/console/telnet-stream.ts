import type { ByteStream } from '../../boundary/streams.ts';
import { decodeTelnet, encodeTelnet, TELNET_OFFER, TELNET_START, type TelnetState } from './telnet.ts';

/** A telnet client that connected to us, as the bytes that it means. */
export function telnetServer(client: ByteStream): ByteStream {
  client.write(TELNET_OFFER);
  return filtered(client, 'line-ends');
}

/** A telnet server that we connected to (a QEMU chardev of a user's own template), as the bytes that it means. */
export function telnetClient(server: ByteStream): ByteStream {
  return filtered(server, 'as-sent');
}

function filtered(stream: ByteStream, mode: 'line-ends' | 'as-sent'): ByteStream {
  return {
    write: (bytes) => stream.write(encodeTelnet(bytes)),
    onDrain: (listener) => stream.onDrain(listener),
    onClose: (listener) => stream.onClose(listener),
    pause: () => stream.pause(),
    resume: () => stream.resume(),
    close: () => stream.close(),
    onData(listener) {
      let state: TelnetState = TELNET_START;
      stream.onData((bytes) => {
        const input = decodeTelnet(state, bytes, mode);
        state = input.state;
        if (input.replies.length > 0) stream.write(input.replies);
        if (input.data.length > 0) listener(input.data);
      });
    },
  };
}
