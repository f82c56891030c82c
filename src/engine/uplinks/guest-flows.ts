import type { NodeHandle } from '../../boundary/driver.ts';
import { isIpv4, isIpv6 } from '../../model/ip-prefix.ts';
import { decodeUtf8, encodeUtf8 } from '../../model/utf8.ts';
import type { Flow } from '../../routing/flow.ts';
import { readFlows } from '../../routing/read-flows.ts';

/** How long a guest may take over it. Milliseconds. */
const within = 10_000;

const list = 'command -v conntrack >/dev/null || exit 0; for family in ipv4 ipv6; do conntrack -L -f $family; done 2>/dev/null';

/** Lets a guest forget those of its flows, as far as it has conntrack(8) to say which there are. */
export async function forgetFlowsInGuest(handle: Pick<NodeHandle, 'exec'>, isForgotten: (flow: Flow) => boolean): Promise<void> {
  const { stdout } = await handle.exec(['/bin/sh', '-c', list], undefined, within);
  const script = flowRemoval(readFlows(decodeUtf8(stdout)).filter(isForgotten));
  if (script !== '') await handle.exec(['/bin/sh', '-s'], encodeUtf8(script), within);
}

/** Commands for sh(1), one a flow; what is gone already is fine. A flow with anything odd in it is left out: a guest told of it. */
export function flowRemoval(flows: readonly Flow[]): string {
  return flows.flatMap((flow) => removal(flow) ?? []).join('');
}

function removal({ asked, dport, family, icmpType, proto, source, sport, ...flow }: Flow): string | undefined {
  const { destination, dport: port } = asked ?? { destination: flow.destination, dport };
  const isAddress = family === 4 ? isIpv4 : isIpv6;
  if (!(isAddress(source) && isAddress(destination) && /^[a-z0-9]+$/.test(proto))) return undefined;
  const words = [
    `-f ipv${family} -p ${proto === 'icmp' && family === 6 ? 'icmpv6' : proto} -s ${source} -d ${destination}`,
    ...(sport === undefined ? [] : [`--sport ${sport}`]),
    ...(port === undefined ? [] : [`--dport ${port}`]),
    ...(icmpType === undefined ? [] : [`--icmp${family === 6 ? 'v6' : ''}-type ${icmpType}`]),
  ];
  return `conntrack -D ${words.join(' ')} >/dev/null 2>&1\n`;
}
