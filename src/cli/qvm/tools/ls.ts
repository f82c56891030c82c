import type { QubesClient } from '../../../api/qubes/client/qubes-client.ts';
import { QubesError } from '../../../api/qubes/qubes-error.ts';
import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import { EXIT } from '../../exit-codes.ts';
import type { Words } from '../../words.ts';
import { byCodePoints } from '../by-code-points.ts';
import { columnTable } from '../column-table.ts';
import { filled } from '../filled.ts';
import { inParallel } from '../in-parallel.ts';
import { COLUMNS, columnNamed, type ListingColumn } from '../listing/columns.ts';
import { FILTER_OPTIONS, filtered } from '../listing/filters.ts';
import { Ledger } from '../listing/ledger.ts';
import { indented, networkTree, type Placed } from '../listing/network-tree.ts';
import { allQubes, CHOICE_OPTIONS, namedQubes, requireChoice, SEVERAL_QUBES } from '../qubes.ts';
import type { Tool } from '../tool.ts';

/** The columns of each format. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  simple: ['name', 'state', 'class', 'label', 'template', 'netvm'],
  network: ['name', 'state', 'netvm', 'ip', 'ipback', 'gateway'],
  kernel: ['name', 'state', 'class', 'template', 'kernel', 'kernelopts'],
  full: ['name', 'state', 'class', 'label', 'qid', 'xid', 'uuid'],
  prefs: ['name', 'label', 'template', 'netvm', 'vcpus', 'initialmem', 'maxmem', 'virt_mode'],
  disk: ['name', 'state', 'disk', 'priv-curr', 'priv-max', 'priv-used', 'root-curr', 'root-max', 'root-used'],
};

/** Columns that are sorted as numbers. */
const NUMBERS = [
  ...['MEMORY', 'DISK', 'PRIV-CURR', 'PRIV-MAX', 'ROOT-CURR', 'XID', 'ROOT-MAX', 'MAXMEM'],
  ...['QREXEC-TIMEOUT', 'SHUTDOWN-TIMEOUT', 'VCPUS', 'PRIV-USED', 'ROOT-USED'],
];

export const lsTool: Tool = {
  name: 'qvm-ls',
  summary: 'list qubes',
  help: `Formats: ${Object.keys(FORMATS).sort().join(', ')}. Columns of --fields are those of --help-columns, and any property by its name.

Examples:
  qvm-ls
  qvm-ls --network --tree
  qvm-ls --raw-list --running
  qvm-ls -O name,ip,netvm work personal`,
  positional: [SEVERAL_QUBES],
  options: [
    ...CHOICE_OPTIONS,
    { flags: '-o, --format <format>', meaning: 'a format', choices: Object.keys(FORMATS) },
    { flags: '-O, --fields <field,...>', meaning: 'columns' },
    { flags: '-t, --tree', meaning: 'as the tree of networks' },
    { flags: '--raw-data', meaning: 'cells between bars, for programs' },
    { flags: '--raw-list', meaning: 'the same as --raw-data --fields=name' },
    { flags: '-d, --disk', meaning: 'the same as --format=disk' },
    { flags: '-n, --network', meaning: 'the same as --format=network' },
    { flags: '-k, --kernel', meaning: 'the same as --format=kernel' },
    { flags: '--help-formats', meaning: 'list the formats' },
    { flags: '--help-columns', meaning: 'list the columns' },
    ...FILTER_OPTIONS,
    { flags: '--sort <column>', meaning: 'sort by this column', fallback: 'NAME' },
    { flags: '--reverse', meaning: 'sort the other way round' },
    { flags: '--ignore-case', meaning: 'sort capitals as small letters' },
    { flags: '--spinner', meaning: 'there is none: for older scripts' },
    { flags: '--no-spinner', meaning: 'the same' },
  ],
  async run({ client, print, printAll }, words) {
    if (words.flag('helpFormats') || words.flag('helpColumns')) {
      printAll(words.flag('helpFormats') ? formatLines() : columnLines());
      return EXIT.ok;
    }
    const isRaw = words.flag('rawData') || words.flag('rawList');
    const columns = columnNames(words).map(columnNamed);
    const ledger = new Ledger(client);
    const qubes = await filtered(await listedQubes(client, words), words, ledger);
    const isTree = words.flag('tree') && !isRaw;
    const placed = isTree ? await inTree(qubes, ledger) : qubes.map((qube) => ({ qube, depth: 0 }));
    const rows = (await inParallel(placed, (each) => rowOf(each, columns, ledger))).flatMap((row) =>
      row === undefined ? [] : [row],
    );
    if (isRaw) for (const row of rows) print(row.join('|'));
    else printAll(columnTable([columns.map(({ title }) => title), ...(isTree ? rows : sorted(rows, columns, words))]));
    return EXIT.ok;
  },
};

/** Unlike other tools, it knows dom0 among all. */
async function listedQubes(client: QubesClient, words: Words): Promise<readonly ListedQube[]> {
  requireChoice(words, false);
  const chosen = words.positional.length > 0 ? await namedQubes(client, words.positional) : [];
  if (chosen.length > 0) return chosen.toSorted((a, b) => byCodePoints(a.name, b.name));
  const excluded = words.list('exclude');
  return (await allQubes(client)).filter(({ name }) => !excluded.includes(name));
}

function columnNames(words: Words): readonly string[] {
  if (words.flag('rawList')) return ['name'];
  const formats = ['disk', 'network', 'kernel'].filter((format) => words.flag(format));
  const fields = words.text('fields');
  if (fields !== undefined) return fields.split(',').map((field) => field.trim());
  return FORMATS[formats.at(-1) ?? words.text('format') ?? 'simple'] ?? [];
}

/** undefined where the qube has been removed since it was listed. */
async function rowOf(
  { qube, depth }: Placed,
  columns: readonly ListingColumn[],
  ledger: Ledger,
): Promise<readonly string[] | undefined> {
  try {
    const cells: string[] = [];
    for (const column of columns) {
      const cell = (await column.cell(qube, ledger)) || '-';
      cells.push(column.title === 'NAME' ? indented(cell, depth) : cell);
    }
    return cells;
  } catch (failure) {
    if (failure instanceof QubesError && failure.type === 'QubesVMNotFoundError') return undefined;
    throw failure;
  }
}

async function inTree(qubes: readonly ListedQube[], ledger: Ledger): Promise<readonly Placed[]> {
  const known = await inParallel(qubes, async (qube) => {
    const netvm = (await ledger.property(qube.name, 'netvm'))?.value;
    const providesNetwork = (await ledger.property(qube.name, 'provides_network'))?.value === 'True';
    return { qube, netvm: netvm || undefined, providesNetwork };
  });
  return networkTree(known);
}

/** Rows that are equal in the column stay in the order of their names; a column that is not shown sorts nothing. */
function sorted(
  rows: readonly (readonly string[])[],
  columns: readonly ListingColumn[],
  words: Words,
): readonly (readonly string[])[] {
  const wanted = (words.text('sort') ?? 'NAME').toUpperCase();
  const at = columns.findIndex(({ title }) => title === wanted);
  if (at < 0) return rows;
  const cell = (row: readonly string[]) => (words.flag('ignoreCase') ? (row[at] ?? '').toUpperCase() : (row[at] ?? ''));
  const order = (a: readonly string[], b: readonly string[]) =>
    NUMBERS.includes(wanted) ? numberIn(cell(a)) - numberIn(cell(b)) : byCodePoints(cell(a), cell(b));
  return rows.toSorted((a, b) => (words.flag('reverse') ? order(b, a) : order(a, b)));
}

function numberIn(cell: string): number {
  return /^-?[0-9]+%?$/.test(cell) ? Number.parseInt(cell, 10) : 0;
}

function formatLines(): readonly string[] {
  const names = Object.keys(FORMATS).sort();
  const width = Math.max(...names.map((name) => name.length));
  return [
    'Available formats:',
    ...names.map((name) => `  ${name.padEnd(width)}  ${(FORMATS[name] ?? []).join(',').toUpperCase()}`),
    '',
  ];
}

function columnLines(): readonly string[] {
  const width = Math.max(...COLUMNS.map(({ title }) => title.length));
  const lines = COLUMNS.toSorted((a, b) => byCodePoints(a.title, b.title)).flatMap(({ title, meaning }) =>
    filled(meaning, `  ${title.padEnd(width)}  `, ' '.repeat(width + 6)),
  );
  return [
    'Available columns:',
    ...lines,
    '',
    'Any property of a qube is a column, too: qvm-prefs --help-properties lists them',
    '',
  ];
}
