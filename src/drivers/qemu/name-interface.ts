import { HostError } from '../../boundary/host-error.ts';
import { decodeUtf8 } from '../../model/utf8.ts';
import type { GuestExecResult } from './agent.ts';

/** What the guest is given to find the interface. Milliseconds. */
const LOOKS_FOR = 10_000;
/** Beyond that, for the rest of the work. */
const WORKS_FOR = 10_000;
/** How the script says that there is no such interface. */
const NOT_THERE = 44;
/** busybox starts in a fifth of the time, and has its own ip, which counts under emulation. */
const SHELLS = [['/bin/busybox', 'sh'], ['/bin/sh']] as const;
/** How a shell says that there is no such program (POSIX, 2.8.2). */
const NO_PROGRAM = 127;

/**
 * Waits for the device with MAC $1 (behind PCI address $3, where given), names it $2 and brings it up; gives up after about $4 looks.
 * One that is called $2 already is it, whatever MAC it was given since, where the address says so. An interface in the way becomes other-$2, and may be just about to go by itself. The same script of an engine that was killed may be at it, too: each try looks anew. A guest that has not noticed its new device is told to look for it.
 */
const SCRIPT = `
seek() {
  for at in /sys/class/net/*; do
    read -r address <"$at/address" && [ -e "$at/device" ] || continue
    [ "$address" = "$1" ] || { [ "$2" != devices ] && [ "\${at##*/}" = "$name" ]; } || continue
    cd -P "$at/device" || continue
    case $PWD/ in *"/$2/"*) found=\${at##*/}; return 0 ;; esac
  done
  return 1
}
mac=$1 name=$2 slot=$3 looks=$4 look=0
until seek "$mac" "$slot"; do
  look=$((look + 1))
  [ $look -lt $looks ] || exit ${NOT_THERE}
  [ $look -ne $((looks / 4)) ] || echo 1 >/sys/bus/pci/rescan
  sleep 0.01 2>/dev/null || sleep 1
done
place() {
  seek "$mac" "$slot" && cd / || return
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
  const words = ['-c', SCRIPT, 'sh', mac.toLowerCase(), name, slot ?? 'devices', String(looks)];
  for (const shell of SHELLS) {
    const result = await exec([...shell, ...words], { deadline: LOOKS_FOR + WORKS_FOR }).catch(noProgram);
    if (result === undefined || result.code === NO_PROGRAM) continue;
    if (result.code === 0) return;
    if (result.code === NOT_THERE) throw new HostError('timeout', `${node} shows no interface with the MAC ${mac}`);
    const said = decodeUtf8(result.stderr).trim();
    throw new HostError('refused', `${node} did not name its interface with the MAC ${mac} ${name}: ${said}`);
  }
  throw new HostError('no-agent', `${node} has no shell with the command ip, so weft cannot name its interfaces`);
}

function noProgram(failure: unknown): undefined {
  if (!(failure instanceof HostError) || failure.code !== 'ENOENT') throw failure;
}
