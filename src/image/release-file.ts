/** A Debian suite's table of contents (the Release file of a repository). */
export interface ReleaseFile {
  readonly codename: string;
  /** SHA-256 by path below the suite's folder. */
  readonly sha256: ReadonlyMap<string, string>;
}

/** Reads a Release file, also inside of its clear-text signature (RFC 9580, section 7), which is not checked here. */
export function readReleaseFile(text: string): ReleaseFile {
  const body = signedText(text);
  const sha256 = new Map<string, string>();
  let inside = false;
  for (const line of body.split('\n')) {
    if (!line.startsWith(' ')) inside = /^SHA256:\s*$/i.test(line);
    else if (inside) {
      const [hash = '', , path = ''] = line.trim().split(/\s+/);
      if (/^[0-9a-f]{64}$/.test(hash) && path !== '') sha256.set(path, hash);
    }
  }
  return { codename: /^Codename:\s*(\S+)/m.exec(body)?.[1] ?? '', sha256 };
}

function signedText(text: string): string {
  const plain = text.replaceAll('\r\n', '\n');
  const message = /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:.+\n)*\n([\s\S]*?)\n-----BEGIN PGP SIGNATURE-----/.exec(plain);
  return message === null ? plain : (message[1] ?? '').replace(/^- /gm, '');
}
