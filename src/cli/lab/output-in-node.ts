import type { LabConnection } from '../../api/labs.ts';
import { decodeBase64 } from '../../model/base64.ts';
import { isNamespace } from '../../model/topology.ts';
import { decodeUtf8 } from '../../model/utf8.ts';
import { Refusal } from '../complaints.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { requireNode, requireRunning } from './session.ts';

/** What a command prints in a node that runs; a Refusal where it fails. Seconds. */
export async function outputInNode(
  context: Context,
  connection: LabConnection,
  name: string,
  argv: readonly string[],
  timeout: number = 30,
): Promise<string> {
  const node = requireRunning(context, requireNode(await connection.call('status', { ports: false }), name));
  if (isNamespace(node)) {
    const entered = await (await context.labs()).enter(connection.name, node, argv);
    const { code, stdout, stderr } = await context.commands.run(entered.argv, { environment: entered.environment });
    return checked(name, argv, { code, stdout: decodeUtf8(stdout), stderr });
  }
  const result = await connection.call('exec', { node: name, argv: [...argv], timeout });
  const [stdout, stderr] = [result.stdout, result.stderr].map((part) => decodeUtf8(decodeBase64(part) ?? new Uint8Array()));
  return checked(name, argv, { code: result.code, stdout: stdout ?? '', stderr: stderr ?? '' });
}

function checked(
  name: string,
  argv: readonly string[],
  { code, stdout, stderr }: { readonly code: number | undefined; readonly stdout: string; readonly stderr: string },
): string {
  if (code === 0) return stdout;
  throw new Refusal(EXIT.failed, `${argv[0] ?? ''} failed in ${name}: ${stderr.trim() || `exit code ${code ?? 'unknown'}`}`);
}
