import { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
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
  return await labSocket(context, name);
}

/** Where the daemon of a lab listens that runs; a Refusal where it does not, as the path is too long for a socket. */
export async function labSocket(context: Context, lab: string): Promise<string> {
  const path = (await context.labs()).qubesSocket(lab);
  if (await context.files.exists(path)) return path;
  const hint = 'a path of 107 bytes is the longest that a socket may have: set XDG_RUNTIME_DIR to a shorter one';
  throw new Refusal(EXIT.failed, `lab ${lab} does not listen on ${path}`, hint);
}
