import { HostError } from '../../boundary/host-error.ts';
import type { CaptureLab, CapturePort } from './capture-lab.ts';

/** What the words of a capture mean. */
export interface CaptureChoice {
  readonly ports: readonly CapturePort[];
  /** Words of tcpdump's filter language. */
  readonly filter: readonly string[];
  /** Ports that were meant and cannot be captured. */
  readonly left: readonly CapturePort[];
}

/** Words that begin a filter (pcap-filter(7)) even where a node has such a name, unless they come first. */
const FILTER_WORDS: ReadonlySet<string> = new Set(
  'host net port portrange src dst gateway broadcast multicast ether ip ip6 arp rarp tcp udp icmp icmp6 sctp vlan mpls pppoes proto less greater not'.split(
    ' ',
  ),
);

/**
 * Ports come first: `NODE:PORT`, a node (all its ports; at a hub, all that are joined to it) or a link's id (seen from one end); what
 * follows is the filter, at the latest after `--`. `all` adds every link once. Throws a HostError `no-such-port` or `not-running`.
 */
export function choosePorts(lab: CaptureLab, words: readonly string[], all: boolean): CaptureChoice {
  const chosen: CapturePort[] = [];
  let at = 0;
  for (; at < words.length && words[at] !== '--'; at++) {
    const word = words[at] ?? '';
    if ((at > 0 || all) && FILTER_WORDS.has(word)) break;
    const found = portsFor(lab, word);
    if (found === undefined) {
      if (word.includes(':') || (at === 0 && !all)) throw noSuchPort(lab, word);
      break;
    }
    for (const port of found) if (!lab.isUp(port.node)) throw notRunning(port.node);
    chosen.push(...found);
  }
  if (all) chosen.push(...eachLinkOnce(lab.ports));
  const ports = [...new Map(chosen.map((port) => [port.label, port])).values()];
  const seen = ports.filter(({ view }) => view !== undefined);
  const left = ports.filter(({ view }) => view === undefined);
  if (seen.length === 0 && left[0] !== undefined) throw new HostError('refused', `${left[0].label}: ${left[0].hidden}`);
  return { ports: seen, filter: words.slice(words[at] === '--' ? at + 1 : at), left };
}

/** One port of each link at which none of these is. */
export function portsOfOtherLinks(ports: readonly CapturePort[], chosen: readonly CapturePort[]): readonly CapturePort[] {
  const links = new Set(chosen.map(({ link }) => link));
  return eachLinkOnce(ports.filter(({ link }) => !links.has(link)));
}

/** The port of this label; throws a HostError where its frames cannot be seen. */
export function visiblePort(lab: CaptureLab, label: string): CapturePort {
  const port = lab.ports.find((candidate) => candidate.label === label);
  if (port === undefined) throw noSuchPort(lab, label);
  if (port.view === undefined) throw new HostError('refused', `${label}: ${port.hidden}`);
  return port;
}

function portsFor(lab: CaptureLab, word: string): readonly CapturePort[] | undefined {
  const port = lab.ports.filter(({ label }) => label === word);
  if (port.length > 0) return port;
  const ends = lab.ports.filter(({ link }) => link === word);
  if (ends.length > 0) return eachLinkOnce(ends);
  if (!lab.nodes.includes(word)) return undefined;
  const own = lab.ports.filter(({ node }) => node === word);
  const joined = own.length > 0 ? own : lab.ports.filter(({ link }) => link.split('--').includes(word));
  if (joined.length === 0) throw new HostError('no-such-port', `${word} has no links`);
  return joined;
}

function eachLinkOnce(ports: readonly CapturePort[]): readonly CapturePort[] {
  const best = new Map<string, CapturePort>();
  for (const port of ports) if (best.get(port.link)?.view === undefined) best.set(port.link, port);
  return [...best.values()];
}

function noSuchPort(lab: CaptureLab, word: string): HostError {
  const node = word.split(':', 1)[0] ?? '';
  const near = lab.ports.filter((port) => port.node === node).map(({ label }) => label);
  const offered = near.length > 0 ? near : lab.ports.map(({ label }) => label);
  return new HostError(
    'no-such-port',
    `there is no port, node or link ${word}`,
    offered.length <= 12 ? { hint: `there are: ${offered.join(' ')}` } : {},
  );
}

function notRunning(node: string): HostError {
  return new HostError('not-running', `${node} does not run`, { hint: `weft start ${node} starts it` });
}
