import { interfaceNameFault } from '../model/interface-name.ts';
import { type MacAddress, parseMac } from '../model/mac-address.ts';
import { textDigest } from '../model/text-digest.ts';

/** How much of a long name is kept, so that with `~` and six digits the whole has 15 bytes. */
const kept = 8;

/**
 * What a backend's interface to a frontend is called: as the frontend is (the documentation of Qubes' arbitrary network topology add-on). A
 * name that Linux does not take (longer than 15 bytes, or with other signs than letters, digits and . _ + @ -), or that another port of the
 * backend has, becomes its first eight fit signs, `~` and six base-36 digits of a digest of the whole: the same name every time, and another one for
 * every other frontend.
 */
export function attachedName(frontend: string, isTaken: (name: string) => boolean): string {
  if (interfaceNameFault(frontend) === undefined && !isTaken(frontend)) return frontend;
  const begin = [...frontend]
    .filter((sign) => /[A-Za-z0-9._+]/.test(sign))
    .slice(0, kept)
    .join('');
  return `${begin}~${(textDigest(frontend) & 0x7fffffff).toString(36).padStart(6, '0')}`;
}

/** The next free `ethN` of a frontend. */
export function nextEthernetName(taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) if (!taken.has(`eth${number}`)) return `eth${number}`;
}

/**
 * The MAC of one end of an attached link where nobody forces one: locally administered (02), and the same for the same two nodes every
 * time, so that configuration that names it stays right.
 */
export function attachedMac(backend: string, frontend: string, side: 'backend' | 'frontend'): MacAddress {
  const text = `${backend}\n${frontend}\n${side}`;
  const digits = `${hex(textDigest(text, 1) & 0xff, 2)}${hex(textDigest(text, 2), 8)}`;
  return parseMac(`02:${digits.replace(/(..)(?=.)/g, '$1:')}`) as MacAddress;
}

function hex(number: number, length: number): string {
  return number.toString(16).padStart(length, '0');
}
