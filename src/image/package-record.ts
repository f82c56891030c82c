/** What a package index says of a binary package (deb822(5), deb-control(5)). */
export interface PackageRecord {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Names from Pre-Depends and Depends, versions dropped; of alternatives the first. */
  readonly depends: readonly string[];
  /** Path of the package below the mirror. */
  readonly path: string;
  readonly sha256: string;
}

/** Reads the stanzas of a Packages file or of `apt-cache show`; those without a proper name, version, path or SHA-256 are left out. */
export function* readPackageRecords(text: string): Generator<PackageRecord> {
  for (const stanza of text.split(/\n(?:[ \t]*\n)+/)) {
    const field = (name: string): string => new RegExp(`^${name}:[ \t]*(.*)$`, 'im').exec(stanza)?.[1]?.trim() ?? '';
    const record = {
      name: field('Package'),
      version: field('Version'),
      architecture: field('Architecture'),
      depends: [...namesIn(field('Pre-Depends')), ...namesIn(field('Depends'))],
      path: field('Filename'),
      sha256: field('SHA256').toLowerCase(),
    };
    if (isProper(record)) yield record;
  }
}

/** Names and versions become file names: they must not lead elsewhere (deb-control(5), deb-version(7)). */
function isProper(record: PackageRecord): boolean {
  return (
    /^[a-z0-9][a-z0-9+.-]+$/.test(record.name) &&
    /^[A-Za-z0-9.+:~-]+$/.test(record.version) &&
    /^[a-z0-9]+$/.test(record.architecture) &&
    /^[\w/+.%~-]+$/.test(record.path) &&
    /^[0-9a-f]{64}$/.test(record.sha256)
  );
}

/** The name under which apt keeps the package in a folder. */
export function packageFileName(record: PackageRecord): string {
  return `${record.name}_${record.version.replaceAll(':', '%3a')}_${record.architecture}.deb`;
}

function namesIn(relations: string): string[] {
  return relations
    .split(',')
    .map((relation) => /^[a-z0-9][a-z0-9+.-]*/.exec(relation.trim())?.[0] ?? '')
    .filter((name) => name !== '');
}
