import type { LabConnection } from '../../api/labs.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { resolvePath } from '../paths.ts';
import { CaptureTaker } from './capture-taker.ts';

/**
 * Writes what the flight recorder keeps now of these ports, of all where none is named, to a file as pcapng, or with `-` to standard output.
 * Gives how many frames it was. Rejects with a HostError where nothing is recorded or written.
 */
export async function saveRecording(
  { sinks, directory }: Context,
  connection: LabConnection,
  ports: readonly string[],
  target: string,
): Promise<number> {
  const stream = await connection.recording(ports);
  const sink = target === '-' ? sinks.standardOutput() : await sinks.file(resolvePath(directory, target));
  const goal = { form: 'pcapng', count: Number.POSITIVE_INFINITY, zone: () => 0 } as const;
  const { frames, interfaces } = await new CaptureTaker(stream, sink, goal).run();
  if (interfaces === 0) throw new Refusal(EXIT.failed, 'the engine ended before it told what it recorded');
  return frames;
}

/** Records the ports that these words name, of running nodes, while `act` goes on; unless the recorder is on already, as its owner wants it. */
export async function whileRecorded<T>(connection: LabConnection, words: readonly string[], act: () => Promise<T>): Promise<T> {
  const { on } = await connection.call('record', { action: 'show' });
  if (on) return await act();
  const { ports } = await connection.call('capture', { words, all: false });
  await connection.call('record', { action: 'on', ports, all: false, size: 1024 * 1024, snaplen: 0 });
  try {
    return await act();
  } finally {
    await connection.call('record', { action: 'off' });
  }
}
