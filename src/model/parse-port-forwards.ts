import type { Span } from './diagnostic.ts';
import type { PortForwardWish } from './port-forward-wish.ts';
import type { TextFault } from './text-fault.ts';
import { valueLines } from './value-lines.ts';

/** The attribute that holds the ports that are forwarded to a node. */
export const FORWARD = 'qn_forward';

/** One line of the attribute, and where it stands in the value. */
export interface PlacedPortForward {
  readonly wish: PortForwardWish;
  readonly span: Span;
}

export interface ParsedPortForwards {
  /** Empty where anything is wrong: then nothing is forwarded. */
  readonly forwards: readonly PlacedPortForward[];
  /** All of them, in the order of the text. */
  readonly faults: readonly TextFault[];
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

const EXAMPLE = 'such as tcp 8080:80, or tcp 8080:80 from sys-net';
const PORTS = 'a port is a number from 1 to 65535, or two as in 8080:80: the outer one, and that of the node';

/**
 * Reads the ports that are forwarded to a node: `PROTOCOL PORT[:PORT] [from PROVIDER]`, one a line; blank lines are passed over. A `\n`
 * written out, as DOT strings have it, separates lines, too. The provider need not exist.
 */
export function parsePortForwards(value: string, node: string): ParsedPortForwards {
  const forwards: PlacedPortForward[] = [];
  const faults: TextFault[] = [];
  for (const { text, at } of valueLines(value)) {
    const words = wordsIn(text, at);
    const [first, last] = [words[0], words.at(-1)];
    if (first === undefined || last === undefined) continue;
    const span = { from: first.from, to: last.to };
    const [proto, ports, provider] = [readProto(first), readPorts(words[1], span), readProvider(words.slice(2), node)];
    const found = [proto, ports, provider].flatMap((part) => ('faults' in part ? part.faults : []));
    faults.push(...found);
    if ('faults' in proto || 'faults' in ports || 'faults' in provider) continue;
    const wish = { ...proto, ...ports, ...provider };
    const twice = forwards.some((other) => isSameOutside(other.wish, wish));
    if (twice) faults.push({ ...span, message: `${wish.proto} ${wish.port} is forwarded twice`, hint: 'leave one line out' });
    else forwards.push({ wish, span });
  }
  return { forwards: faults.length > 0 ? [] : forwards, faults };
}

/** Whether both open the same port at what they call the same provider. */
export function isSameOutside(one: PortForwardWish, other: PortForwardWish): boolean {
  return one.proto === other.proto && one.port === other.port && one.provider === other.provider;
}

type Read<T> = T | { readonly faults: readonly TextFault[] };

function readProto(word: Word): Read<Pick<PortForwardWish, 'proto'>> {
  if (word.text === 'tcp' || word.text === 'udp') return { proto: word.text };
  const hint = /^[0-9]/.test(word.text) ? `write tcp ${word.text} or udp ${word.text}` : EXAMPLE;
  return { faults: [fault(word, `${word.text} cannot be forwarded: expected tcp or udp`, hint)] };
}

function readPorts(word: Word | undefined, line: Span): Read<Pick<PortForwardWish, 'port' | 'targetPort'>> {
  if (word === undefined) return { faults: [{ ...line, message: 'a port is missing', hint: EXAMPLE }] };
  const [, outer, inner = outer] = /^([0-9]{1,5})(?::([0-9]{1,5}))?$/.exec(word.text) ?? [];
  const [port, targetPort] = [Number(outer), Number(inner)];
  if (isPort(port) && isPort(targetPort)) return { port, targetPort };
  return {
    faults: [
      fault(word, `${word.text} is no port`, word.text.includes('-') ? 'ports are forwarded one by one: one a line' : PORTS),
    ],
  };
}

function readProvider([from, provider, ...rest]: readonly Word[], node: string): Read<Pick<PortForwardWish, 'provider'>> {
  if (from === undefined) return { provider: undefined };
  if (from.text !== 'from') {
    return { faults: [fault(from, `${from.text} means nothing here: expected from PROVIDER, or the end of the line`, EXAMPLE)] };
  }
  if (provider === undefined) return { faults: [fault(from, 'from whom?', EXAMPLE)] };
  const surplus = rest.map((word) => fault(word, `${word.text} is one word too many`, EXAMPLE));
  if (provider.text !== node) return surplus.length > 0 ? { faults: surplus } : { provider: provider.text };
  const self = fault(provider, `${node} cannot be forwarded to itself`, 'name a provider above it, or leave from out');
  return { faults: [self, ...surplus] };
}

/** NaN is none. */
function isPort(number: number): boolean {
  return number >= 1 && number <= 65_535;
}

function wordsIn(text: string, at: number): Word[] {
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    from: at + index,
    to: at + index + word.length,
  }));
}

function fault({ from, to }: Word, message: string, hint: string): TextFault {
  return { from, to, message, hint };
}
