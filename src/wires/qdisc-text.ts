import type { KernelOp } from '../boundary/kernel.ts';
import { conditionWords } from '../model/link-conditions.ts';
import { inside, word } from './command-words.ts';

/** The tc(8) command for a root qdisc. */
export function qdiscText({ netns, name, qdisc }: Extract<KernelOp, { op: 'qdisc' }>): string[] {
  const [tc, device] = [`${inside(netns)}tc`, word(name)];
  if (qdisc.kind === 'none') return [`${tc} qdisc delete dev ${device} root`];
  const words = [`${tc} qdisc replace dev ${device} root`, qdisc.kind];
  if (qdisc.kind === 'tbf') words.push(`rate ${qdisc.rate}bit burst ${qdisc.burst} limit ${qdisc.limit}`);
  if (qdisc.kind === 'netem') words.push(...netemWords(conditionWords(qdisc.conditions)));
  return [words.join(' ')];
}

/** tc takes the jitter as the delay's second number. */
function netemWords(words: readonly string[]): string[] {
  return words.filter((text) => text !== 'jitter');
}
