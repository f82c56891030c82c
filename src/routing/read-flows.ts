import type { Flow } from './flow.ts';

/**
 * The connections in what `conntrack -L` prints, plain or with `-o extended`, or what /proc/net/nf_conntrack holds. A line that is none is
 * left out.
 */
export function readFlows(untrustedText: string): Flow[] {
  return untrustedText.split('\n').flatMap((line) => readFlow(line) ?? []);
}

function readFlow(line: string): Flow | undefined {
  const words = line.trim().split(/\s+/);
  const [sent, answered] = directions(words);
  const source = sent.get('src');
  const askedFor = sent.get('dst');
  if (source === undefined || askedFor === undefined) return undefined;
  const destination = answered.get('src') ?? askedFor;
  const [sport, askedPort, icmpType] = [portOf(sent, 'sport'), portOf(sent, 'dport'), portOf(sent, 'type')];
  const dport = portOf(answered, 'sport') ?? askedPort;
  const translated = destination !== askedFor || dport !== askedPort;
  return {
    family: source.includes(':') ? 6 : 4,
    proto: protocolOf(words),
    source,
    destination,
    ...(sport === undefined ? {} : { sport }),
    ...(dport === undefined ? {} : { dport }),
    ...(icmpType === undefined ? {} : { icmpType }),
    ...(translated ? { asked: { destination: askedFor, ...(askedPort === undefined ? {} : { dport: askedPort }) } } : {}),
  };
}

type Fields = ReadonlyMap<string, string>;

/** The fields of the packets that were sent, and of the answers as they are expected: each begins with src=. */
function directions(words: readonly string[]): [Fields, Fields] {
  const maps: Map<string, string>[] = [];
  for (const word of words) {
    const [key = '', value] = word.split('=');
    if (key === 'src') maps.push(new Map());
    if (value !== undefined) maps.at(-1)?.set(key, value);
  }
  const [sent = new Map<string, string>(), answered = new Map<string, string>()] = maps;
  return [sent, answered];
}

/** `ipv4 2 tcp 6 ...` with -o extended, `tcp 6 ...` without; what has no name has its number alone. */
function protocolOf(words: readonly string[]): string {
  const [name = '', number = ''] = /^ipv[46]$/.test(words[0] ?? '') ? words.slice(2) : words;
  if (name === 'unknown') return number;
  return name === 'icmpv6' ? 'icmp' : name;
}

function portOf(fields: Fields, key: string): number | undefined {
  const text = fields.get(key);
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}
