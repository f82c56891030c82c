import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { NameAnswer } from '../../boundary/name-lookup.ts';
import { isIpv4, isIpv6 } from '../../model/ip-prefix.ts';
import { decodeUtf8 } from '../../model/utf8.ts';

/** How long a guest may take over it. Milliseconds. */
const within = 15_000;

/** A guest does not tell how long an answer holds. Seconds. */
const ttl = 15;

const script = 'if command -v getent >/dev/null; then getent ahosts "$1"; else nslookup "$1"; fi 2>/dev/null';

/** What a guest itself says of a name; it cannot tell a name that nobody has from a silent name server. */
export async function lookUpInGuest(handle: Pick<NodeHandle, 'exec'>, name: string): Promise<NameAnswer> {
  const { stdout } = await handle.exec(['/bin/sh', '-c', script, 'sh', name], undefined, within);
  const addresses = addressesIn(decodeUtf8(stdout));
  if (addresses.length === 0) throw new HostError('no-answer', 'it finds no address');
  return { addresses, ttl };
}

/**
 * The addresses in what `getent ahosts` prints (ADDRESS TYPE NAME, a line each), or busybox's nslookup: `Address: ADDRESS`, `Address 1:
 * ADDRESS NAME` in older ones, after a line with the name; those before it are the server's.
 */
export function addressesIn(untrustedText: string): readonly string[] {
  const lines = untrustedText.split('\n');
  const named = lines.findIndex((line) => line.startsWith('Name:'));
  const found = lines.slice(named + 1).map((line) => {
    const [, address] = named === -1 ? (/^(\S+)\s+\w+/.exec(line) ?? []) : (/^Address(?: \d+)?:\s*(\S+)/.exec(line) ?? []);
    return address ?? '';
  });
  return [...new Set(found)].filter((address) => isIpv4(address) || isIpv6(address));
}
