import { connect } from 'node:net';
import type { CaptureRequest, Kernel } from '../../src/boundary/kernel.ts';
import type { Direction } from '../../src/capture/captured-frame.ts';
import type { InterfaceCounts } from '../../src/capture/pcapng-blocks.ts';
import { frameIn, PcapngReader } from '../../src/capture/pcapng-reader.ts';
import { until } from './kernel-sandbox.ts';

/** A frame as a capture told of it. */
export interface SeenFrame {
  readonly port: string;
  readonly direction: Direction | undefined;
  /** Hexadecimal. */
  readonly bytes: string;
  readonly length: number;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
}

export interface FrameCapture {
  /** Where the kernel worker listened for us: what the capture is called by. */
  readonly path: string;
  /** All until now. */
  readonly seen: readonly SeenFrame[];
  /** Reads nothing more until `stop`. */
  hold(): void;
  /** Ends it, and gives the counts that came last, by port. */
  stop(): Promise<Readonly<Record<string, InterfaceCounts>>>;
}

/** Captures at ports of the kernel worker. */
export async function frameCapture(
  kernel: Kernel,
  folder: string,
  request: Pick<CaptureRequest, 'ports'> & Partial<CaptureRequest>,
): Promise<FrameCapture> {
  const socketPath = `${folder}/capture.sock`;
  const failures = await kernel.capture({ socketPath, filter: undefined, snaplen: 0, room: 8 * 1024 * 1024, ...request });
  for (const failure of failures) if (failure !== undefined) throw new Error(failure.message);
  const seen: SeenFrame[] = [];
  const counts: Record<string, InterfaceCounts> = {};
  const names: string[] = [];
  const reader = new PcapngReader();
  const socket = connect(socketPath);
  let ended = false;
  socket.on('data', (bytes) => {
    for (const block of reader.push(bytes)) {
      if (block.kind === 'interface') names.push(block.name);
      else if (block.kind === 'statistics') counts[names[block.interface] ?? ''] = block.counts;
      else if (block.kind === 'packet') {
        const { time, direction, bytes: frame, length } = frameIn(block);
        seen.push({
          port: names[block.interface] ?? '',
          direction,
          bytes: Buffer.from(frame).toString('hex'),
          length,
          time: BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds),
        });
      }
    }
  });
  socket.on('close', () => {
    ended = true;
  });
  await until(() => names.length === request.ports.length, 'the beginning of the capture');
  return {
    path: socketPath,
    seen,
    hold: () => void socket.pause(),
    stop: async () => {
      socket.resume();
      socket.write('q');
      await until(() => ended, 'the end of the capture');
      return counts;
    },
  };
}
