/** The package managers whose commands we know. */
export type PackageManager = 'apt' | 'dnf' | 'pacman' | 'zypper' | 'apk';

/** What this machine runs, from /etc/os-release (freedesktop.org: os-release). */
export interface Distribution {
  readonly name: string;
  readonly manager: PackageManager | undefined;
}

const FAMILIES: readonly (readonly [PackageManager, readonly string[]])[] = [
  ['apt', ['debian', 'ubuntu', 'linuxmint', 'raspbian', 'devuan', 'kali', 'pop']],
  ['dnf', ['fedora', 'rhel', 'centos', 'rocky', 'almalinux', 'qubes']],
  ['pacman', ['arch', 'manjaro', 'endeavouros']],
  ['zypper', ['suse', 'opensuse', 'sles', 'opensuse-tumbleweed', 'opensuse-leap']],
  ['apk', ['alpine', 'postmarketos']],
];

export function readDistribution(osRelease: string | undefined): Distribution {
  const fields = new Map<string, string>();
  for (const line of (osRelease ?? '').split('\n')) {
    const found = /^([A-Z_]+)=(?:"(.*)"|'(.*)'|(.*))$/.exec(line.trim());
    if (found?.[1] !== undefined) fields.set(found[1], found[2] ?? found[3] ?? found[4] ?? '');
  }
  const ids = [fields.get('ID') ?? '', ...(fields.get('ID_LIKE') ?? '').split(' ')];
  const manager = FAMILIES.find(([, members]) => ids.some((id) => members.includes(id)))?.[0];
  return { name: fields.get('PRETTY_NAME') ?? fields.get('NAME') ?? 'an unknown distribution', manager };
}

/** The command that installs packages; undefined where we do not know the package manager or there is nothing to install. */
export function installCommand(manager: PackageManager | undefined, packages: readonly string[]): readonly string[] | undefined {
  if (manager === undefined || packages.length === 0) return undefined;
  switch (manager) {
    case 'apt':
      return ['apt-get', 'install', '--yes', '--no-install-recommends', ...packages];
    case 'dnf':
      return ['dnf', 'install', '-y', ...packages];
    case 'pacman':
      return ['pacman', '-S', '--needed', '--noconfirm', ...packages];
    case 'zypper':
      return ['zypper', '--non-interactive', 'install', ...packages];
    case 'apk':
      return ['apk', 'add', ...packages];
  }
}
