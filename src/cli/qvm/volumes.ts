import type { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import { linesOf } from '../../api/qubes/wire/qube-line.ts';

/** What the daemon tells of a volume: size, usage, pool, save_on_stop... */
export async function readVolume(
  client: QubesClient,
  qube: string,
  volume: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const text = await client.callForText('admin.vm.volume.Info', qube, { argument: volume });
  return Object.fromEntries(linesOf(text).map((line) => [line.split('=', 1)[0] ?? '', line.slice(line.indexOf('=') + 1)]));
}
