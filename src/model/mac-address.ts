declare const mac: unique symbol;

/** Six bytes in lower-case hexadecimal, colons between them. */
export type MacAddress = string & { readonly [mac]: true };

/** Reads a MAC as people write it (colons or dashes, any case); undefined when it is none. */
export function parseMac(untrustedText: string): MacAddress | undefined {
  const text = untrustedText.trim().toLowerCase().replaceAll('-', ':');
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(text) ? (text as MacAddress) : undefined;
}

/** True for group addresses (lowest bit of the first byte, IEEE 802 clause 8.2), which no interface may own. */
export function isMulticast(address: MacAddress): boolean {
  return (Number.parseInt(address.slice(0, 2), 16) & 1) === 1;
}
