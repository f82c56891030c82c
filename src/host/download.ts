import type { Download } from '../boundary/download.ts';
import { HostError } from '../boundary/host-error.ts';

const STALLED_AFTER_MS = 60_000;

/** HTTP by Node's own client. A transfer in which no byte comes for a minute is given up. */
export const httpDownload: Download = {
  async get(url) {
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(), STALLED_AFTER_MS);
    try {
      // A connection of its own: a kept one that the server has just given up would be reset under the request.
      const response = await fetch(url, { signal: stalled.signal, headers: { connection: 'close' } });
      if (!response.ok) {
        await response.body?.cancel();
        throw new HostError(`http-${response.status}`, `${url}: the server answered ${response.status} ${response.statusText}`);
      }
      return await collect(response, () => timer.refresh());
    } catch (failure) {
      throw failure instanceof HostError ? failure : unreachable(url, failure);
    } finally {
      clearTimeout(timer);
    }
  },
};

async function collect(response: Response, alive: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) {
    alive();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable(url: string, failure: unknown): HostError {
  const cause: unknown = failure instanceof Error ? (failure.cause ?? failure) : failure;
  const timedOut = failure instanceof Error && failure.name === 'AbortError';
  const code = timedOut ? 'timeout' : cause instanceof Error && 'code' in cause ? String(cause.code) : 'network';
  const reason = timedOut ? 'nothing came for a minute' : cause instanceof Error ? cause.message : String(cause);
  return new HostError(code, `cannot fetch ${url}: ${reason}`, { hint: 'is the network there?', cause: failure });
}
