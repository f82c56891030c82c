import { isMulticast, parseMac } from './mac-address.ts';
import type { TextFault } from './text-fault.ts';
import { valueLines } from './value-lines.ts';

/** The feature that names the frontends of a backend. */
export const ATTACH_NETWORK_TO = 'feature.attach-network-to';

/** One line of the feature: a frontend, and the MAC that its interface is to have. */
export interface Attachment {
  readonly frontend: string;
  readonly mac: string | undefined;
  /** Where the frontend's name stands in the feature's value. */
  readonly from: number;
  readonly to: number;
}

export interface Attachments {
  readonly attachments: readonly Attachment[];
  readonly faults: readonly TextFault[];
}

const EXAMPLE = 'one frontend a line: NAME, or NAME frontend_mac=12:34:56:78:90:ab';

/**
 * Reads the feature `attach-network-to` of a backend: one frontend a line, with a forced MAC where wanted; blank lines are passed over (the
 * documentation of Qubes' arbitrary network topology add-on). A `\n` written out, as DOT strings have it, separates lines, too. A frontend
 * need not exist.
 */
export function parseAttachNetworkTo(value: string, backend: string): Attachments {
  const attachments: Attachment[] = [];
  const faults: TextFault[] = [];
  for (const { text, at } of valueLines(value)) {
    const words = [...text.matchAll(/\S+/g)].map((match) => ({
      text: match[0],
      from: at + match.index,
      to: at + match.index + match[0].length,
    }));
    const [name, ...options] = words;
    if (name === undefined) continue;
    const { mac, faults: found } = readOptions(options);
    const known = attachments.some(({ frontend }) => frontend === name.text);
    if (name.text === backend) found.push(fault(name, `${backend} cannot be attached to itself`, 'name another node'));
    else if (known)
      found.push(fault(name, `${name.text} is named twice`, 'one link is made for each frontend: leave one line out'));
    else if (name.text.includes('=')) found.push(fault(name, `${name.text} is no name of a node`, EXAMPLE));
    if (found.length === 0) attachments.push({ frontend: name.text, mac, from: name.from, to: name.to });
    faults.push(...found);
  }
  return { attachments, faults };
}

interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

function readOptions(options: readonly Word[]): { mac: string | undefined; faults: TextFault[] } {
  const faults: TextFault[] = [];
  let mac: string | undefined;
  for (const option of options) {
    const [key = '', value] = split(option.text);
    if (key !== 'frontend_mac' || value === undefined) {
      faults.push(fault(option, `there is no option ${option.text}`, 'the one option is frontend_mac=12:34:56:78:90:ab'));
      continue;
    }
    const parsed = parseMac(value);
    if (mac !== undefined) faults.push(fault(option, 'frontend_mac is given twice', 'leave one out'));
    else if (parsed === undefined) {
      faults.push(fault(option, `${value === '' ? 'nothing' : value} is no MAC address`, 'six bytes such as 12:34:56:78:90:ab'));
    } else if (isMulticast(parsed)) {
      faults.push(fault(option, `${value} is a group address`, 'the first byte of an interface is even'));
    } else mac = parsed;
  }
  return { mac, faults };
}

function split(option: string): readonly [string, string | undefined] {
  const at = option.indexOf('=');
  return at < 0 ? [option, undefined] : [option.slice(0, at), option.slice(at + 1)];
}

function fault({ from, to }: Word, message: string, hint: string): TextFault {
  return { from, to, message, hint };
}
