import { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import type { Context } from '../context.ts';
import { findPlace } from '../lab/place.ts';
import { requireConnection } from '../lab/session.ts';
import { resolvePath } from '../paths.ts';
import type { Words } from '../words.ts';

/** Where a machine is dom0 of a Qubes, and where its daemon listens then. */
const RELEASE = '/etc/qubes-release';
const GENUINE_SOCKET = '/var/run/qubesd.sock';

/**
 * A client of the daemon that is meant: at `socket`, else of the lab that `place` names, else of the lab of the working directory that runs, else
 * of the Qubes that this machine is dom0 of. A Refusal where there is none.
 */
export async function findDaemon(context: Context, place: Words, socket: string | undefined): Promise<QubesClient> {
  const path = await daemonSocket(context, place, socket);
  return new QubesClient({ connect: () => context.streams.connectUnix(path), clock: context.clock });
}

/** Where that daemon listens; `socket` may come from WEFT_QUBES_SOCKET, too. */
export async function daemonSocket(context: Context, place: Words, socket?: string): Promise<string> {
  const given = socket ?? context.environment['WEFT_QUBES_SOCKET'];
  if (given) return resolvePath(context.directory, given);
  const isNamed = place.text('name') !== undefined || place.text('directory') !== undefined;
  const found = await findPlace(context, place);
  if (!isNamed && found.known?.alive !== true && (await context.files.exists(RELEASE))) return GENUINE_SOCKET;
  // An engine that is not there is started: it listens.
  const { name } = await requireConnection(context, found);
  return (await context.labs()).qubesSocket(name);
}
