import { type Column, textTable } from './text-table.ts';

/** One route, in the terms of route(8), which the documentation of Qubes' networking uses. */
export interface ShownRoute {
  readonly destination: string;
  readonly gateway: string;
  readonly genmask: string;
  readonly flags: string;
  readonly metric: number;
  readonly ref: number;
  readonly use: number;
  readonly iface: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'Destination' },
  { title: 'Gateway' },
  { title: 'Genmask' },
  { title: 'Flags' },
  { title: 'Metric', align: 'right' },
  { title: 'Ref', align: 'right' },
  { title: 'Use', align: 'right' },
  { title: 'Iface' },
];

/** linux/route.h: the flags, and the letters that route(8) has for them. */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x0001, 'U'],
  [0x0200, '!'],
  [0x0002, 'G'],
  [0x0004, 'H'],
  [0x0008, 'R'],
  [0x0010, 'D'],
  [0x0020, 'M'],
];

/** The IPv4 routes in a /proc/net/route (proc(5)), in its order: numbers are hexadecimal and in the machine's byte order. */
export function routesIn(text: string): readonly ShownRoute[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [iface, destination = '', gateway = '', flags = '', ref = '', use = '', metric = '', mask = ''] = line
        .trim()
        .split(/\s+/);
      if (iface === undefined || mask === '') return [];
      return [
        {
          destination: address(destination),
          gateway: address(gateway),
          genmask: address(mask),
          flags: letters(Number.parseInt(flags, 16)),
          metric: Number(metric),
          ref: Number(ref),
          use: Number(use),
          iface,
        },
      ];
    });
}

export function routeTable(routes: readonly ShownRoute[]): string[] {
  return textTable(
    COLUMNS,
    routes.map((route) => [
      route.destination,
      route.gateway,
      route.genmask,
      route.flags,
      String(route.metric),
      String(route.ref),
      String(route.use),
      route.iface,
    ]),
  );
}

function address(hexadecimal: string): string {
  const bytes = hexadecimal.match(/../g) ?? [];
  return bytes
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

function letters(flags: number): string {
  return FLAGS.flatMap(([flag, letter]) => ((flags & flag) === 0 ? [] : letter)).join('');
}
