import { HostError } from '../../boundary/host-error.ts';
import { decodeUtf8 } from '../../model/utf8.ts';
import type { GuestExecResult } from './agent.ts';

/** What the guest is given to find the interface. Milliseconds. */
const LOOKS_FOR = 10_000;
/** Beyond that, for the rest of the work. */
const WORKS_FOR = 10_000;
/** How the script says that there is no such interface. */
const NOT_THERE = 44;
/** How a shell says that there is no such program (POSIX, 2.8.2). */
const NO_PROGRAM = 127;

/**
 * Waits for the device with MAC $1 (behind PCI address $3, where given), names it $2 and brings it up; gives up after about $4 looks.
 * An interface in the way becomes other-$2, and may be just about to go by itself. A guest that has not noticed its new device is told to look for it.
 */
const SCRIPT = `
seek() {
  for at in /sys/class/net/*; do
    [ -e "$at/device" ] && read -r address <"$at/address" && [ "$address" = "$1" ] && cd -P "$at/device" || continue
    case $PWD/ in *"/$2/"*) found=\${at##*/}; return 0 ;; esac
  done
  return 1
}
mac=$1 name=$2 slot=$3 looks=$4 look=0
until seek "$mac" "$slot"; do
  look=$((look + 1))
  [ $look -lt $looks ] || exit ${NOT_THERE}
  [ $look -ne $((looks / 4)) ] || echo 1 >/sys/bus/pci/rescan
  sleep 0.02 2>/dev/null || sleep 1
done
cd /
place() {
  ip link set dev "$found" name "$name" up 2>/dev/null && return
  if [ "$found" != "$name" ] && [ -e "/sys/class/net/$name" ]; then
    aside=$(printf %.15s "other-$name")
    ip link set dev "$name" down
    ip link set dev "$name" name "$aside" && ip link set dev "$aside" up
  fi
  ip link set dev "$found" down
  ip link set dev "$found" name "$name" && ip link set dev "$name" up
}
place || place || { sleep 1; place; }
`;

/** `slot` is the PCI address of the device or of the bridge before it; any device with the MAC will do where it is undefined. */
export async function nameInterface(
  exec: (argv: readonly string[], options: { readonly deadline: number }) => Promise<GuestExecResult>,
  node: string,
  { mac, name, slot }: { readonly mac: string; readonly name: string; readonly slot: string | undefined },
): Promise<void> {
  const looks = LOOKS_FOR / 25;
  const argv = ['/bin/sh', '-c', SCRIPT, 'sh', mac.toLowerCase(), name, slot ?? 'devices', String(looks)];
  const { code, stderr } = await exec(argv, { deadline: LOOKS_FOR + WORKS_FOR }).catch((failure: unknown) => {
    if (!(failure instanceof HostError) || failure.code !== 'ENOENT') throw failure;
    throw new HostError('no-agent', `${node} has no shell, so weft cannot name its interfaces`, { cause: failure });
  });
  if (code === 0) return;
  if (code === NOT_THERE) throw new HostError('timeout', `${node} shows no interface with the MAC ${mac}`);
  if (code === NO_PROGRAM) throw new HostError('no-agent', `${node} has no program ip, so weft cannot name its interfaces`);
  const words = decodeUtf8(stderr).trim();
  throw new HostError('refused', `${node} did not name its interface with the MAC ${mac} ${name}: ${words}`);
}
