import { nextEthernetName } from '../../address/attached-name.ts';
import type { Clock } from '../../boundary/clock.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { WayOut } from '../../boundary/way-out.ts';
import type { ActiveLab } from '../active-lab.ts';
import type { NodeRecord } from '../nodes/node-record.ts';

export interface WaysOutParts {
  readonly wayOut: WayOut;
  readonly clock: Clock;
  /** The lab's runtime folder. */
  readonly run: string;
}

/** The ways out of a lab: its internet nodes, as long as they run. */
export class WaysOut {
  readonly #parts: WaysOutParts;

  constructor(parts: WaysOutParts) {
    this.#parts = parts;
  }

  /** Opens the way out at an internet node that runs; any other node is passed over. Gives what went wrong, in a sentence. */
  async opened(active: ActiveLab, record: NodeRecord): Promise<string | undefined> {
    const { name, node, process } = record;
    if (node.kind !== 'internet' || process === undefined) return undefined;
    try {
      const { nameServer } = await this.#parts.wayOut.open({
        pid: process.pid,
        interface: nextEthernetName(portsOf(active, name)),
        ipv6: node.attributes['feature.ipv6'] !== undefined && node.attributes['feature.ipv6'] !== '',
        pidFile: this.#pidFile(name),
        logFile: `${active.lab.spec.directory}/${name}.way-out.log`,
      });
      await active.config.nameServers(record, [nameServer]);
      await active.loadRules();
      return undefined;
    } catch (failure) {
      if (!(failure instanceof HostError)) throw failure;
      return `${name}: ${failure.message}${failure.hint === undefined ? '' : `; ${failure.hint}`}`;
    }
  }

  /** The node has ended, or is about to. */
  async closed({ name, node }: NodeRecord): Promise<void> {
    if (node.kind === 'internet') await this.#parts.wayOut.close(this.#pidFile(name));
  }

  #pidFile(node: string): string {
    return `${this.#parts.run}/ways-out/${node}.pid`;
  }
}

function portsOf({ lab }: ActiveLab, name: string): ReadonlySet<string> {
  const ends = lab.spec.topology.links.flatMap(({ tail, head }) => [tail, head]);
  return new Set(ends.flatMap(({ node, port }) => (node === name && port !== undefined ? [port] : [])));
}
