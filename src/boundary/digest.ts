/** SHA-256 (FIPS 180-4) of bytes, in lower-case hexadecimal. */
export type Sha256 = (bytes: Uint8Array) => string;
