/** Lengths of time, shares and bandwidths as tc(8) writes them: number and unit without a space, in any case. */

const TIMES: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** Bits per second; names that end in `bps` count bytes, as in tc. */
const RATES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries({ '': 1, k: 1e3, m: 1e6, g: 1e9, ki: 2 ** 10, mi: 2 ** 20, gi: 2 ** 30 }).flatMap(([prefix, factor]) => [
    [`${prefix}bit`, factor],
    [`${prefix}bps`, factor * 8],
  ]),
);

/** A minute: longer delays of a link are mistakes. */
const LONGEST_TIME = 60e9;
/** 1 Tbit/s, and one byte per second, the least that the kernel counts. */
const FASTEST_RATE = 1e12;
const SLOWEST_RATE = 8;

/** Nanoseconds; undefined where the text is no time such as `20ms`. */
export function parseTime(text: string, longest: number = LONGEST_TIME): number | undefined {
  const time = scaled(text, TIMES);
  return time !== undefined && time <= longest ? time : undefined;
}

export function printTime(nanoseconds: number): string {
  return unscaled(nanoseconds, Object.entries(TIMES));
}

/** Percent; undefined where the text is no share such as `0.1%`. */
export function parsePercent(text: string): number | undefined {
  const digits = /^(\d{1,3}(?:\.\d{1,6})?)\s*%$/.exec(text.trim())?.[1];
  return digits !== undefined && Number(digits) <= 100 ? Number(digits) : undefined;
}

export function printPercent(percent: number): string {
  return `${percent}%`;
}

/** Bits per second; undefined where the text is no bandwidth such as `1mbit`. */
export function parseRate(text: string): number | undefined {
  const rate = scaled(text, RATES);
  return rate !== undefined && rate >= SLOWEST_RATE && rate <= FASTEST_RATE ? rate : undefined;
}

export function printRate(bitsPerSecond: number): string {
  const decimal = ['gbit', 'mbit', 'kbit', 'bit'] as const;
  return unscaled(
    bitsPerSecond,
    decimal.map((unit) => [unit, RATES[unit] ?? 1] as const),
  );
}

function scaled(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,13}(?:\.\d{1,9})?)\s*([a-z]+)$/i.exec(text.trim()) ?? [];
  const name = unit.toLowerCase();
  const factor = Object.hasOwn(units, name) ? units[name] : undefined;
  return factor === undefined ? undefined : Math.round(Number(digits) * factor);
}

/** In the largest unit that leaves at most three decimals, so that reading it back gives the same. */
function unscaled(value: number, units: readonly (readonly [unit: string, factor: number])[]): string {
  const [unit, factor] = units.find(([, size]) => value >= size && (value * 1000) % size === 0) ?? units.at(-1) ?? ['', 1];
  return `${value / factor}${unit}`;
}
