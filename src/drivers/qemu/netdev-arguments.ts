type Value = string | boolean | { [key: string]: Value };

/**
 * A `-netdev` value without id as the arguments of QMP's `netdev_add`: `tap,fd=x` is {type: 'tap', fd: 'x'}, a dot in a key leads into an
 * object, a doubled comma is one (keyval syntax of QEMU's manual), and `on` and `off` are truth values.
 */
export function netdevArguments(text: string): Readonly<Record<string, unknown>> {
  const [type = '', ...settings] = words(text);
  const whole: { [key: string]: Value } = { type };
  for (const setting of settings) {
    const path = (setting.split('=', 1)[0] ?? '').split('.');
    const value = setting.slice(setting.indexOf('=') + 1);
    const last = path.pop() ?? '';
    let place = whole;
    for (const step of path) place = inner(place, step);
    place[last] = value === 'on' ? true : value === 'off' ? false : value;
  }
  return whole;
}

/** Cut at single commas. */
function words(text: string): string[] {
  return (text.match(/(?:[^,]|,,)+/g) ?? []).map((word) => word.replaceAll(',,', ','));
}

function inner(place: { [key: string]: Value }, step: string): { [key: string]: Value } {
  const known = place[step];
  if (typeof known === 'object') return known;
  const made = {};
  place[step] = made;
  return made;
}
