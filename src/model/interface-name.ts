/**
 * Why a text cannot name an interface; undefined when it can. Linux asks for 1 to 15 bytes without `/`, `:` and white space, not `.` or `..`
 * (dev_valid_name), and expands `%`; `lo` is there already, and `all` and `default` stand for other things below /proc/sys/net, so that no
 * interface may be called that (sysctl_dev_name_is_allowed). The other signs left out would need quoting in scripts and QEMU options.
 */
export function interfaceNameFault(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (!/^[A-Za-z0-9._+@-]+$/.test(name)) return 'only letters, digits and . _ - + @ may stand in it';
  if (['lo', 'all', 'default'].includes(name)) return 'Linux has that name for itself';
  if (name === '.' || name === '..') return 'it names a folder';
  if (name.startsWith('-')) return 'it begins with -';
  if (name.length > 15) return `it has ${name.length} bytes, and Linux allows 15`;
  return undefined;
}
