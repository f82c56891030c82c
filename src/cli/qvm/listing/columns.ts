import type { ListedQube } from '../../../api/qubes/wire/qube-line.ts';
import { shownValue } from '../properties.ts';
import { flagsOf } from './flags.ts';
import type { Ledger } from './ledger.ts';

export interface ListingColumn {
  /** In capitals. */
  readonly title: string;
  readonly meaning: string;
  /** undefined, and the empty text, where there is nothing to show. */
  cell(qube: ListedQube, ledger: Ledger): Promise<string | undefined>;
}

const KIB = 1024;
const MIB = 1024 * 1024;

/** Columns that are more than a property. */
export const COLUMNS: readonly ListingColumn[] = [
  { title: 'NAME', meaning: 'name of the qube', cell: ({ name }) => Promise.resolve(name) },
  { title: 'STATE', meaning: 'what it does now', cell: ({ state }) => Promise.resolve(state) },
  { title: 'CLASS', meaning: 'its class', cell: (qube) => Promise.resolve(qube.class) },
  {
    title: 'GATEWAY',
    meaning: 'gateway of its netvm',
    async cell({ name }, ledger) {
      const netvm = await ledger.property(name, 'netvm');
      const gateway = netvm?.value ? await ledger.property(netvm.value, 'gateway') : undefined;
      return gateway?.value;
    },
  },
  {
    title: 'MEMORY',
    meaning: 'MiB of memory that it uses now',
    async cell({ name, state }, ledger) {
      if (state === 'Halted' || state === 'NA') return undefined;
      return String(Math.floor((await ledger.state(name)).mem / KIB));
    },
  },
  {
    title: 'DISK',
    meaning: 'MiB that its disks use',
    async cell({ name }, ledger) {
      const volumes = [...(await ledger.volumes(name)).values()];
      return String(Math.floor(volumes.reduce((sum, { usage }) => sum + Number(usage ?? 0), 0) / MIB));
    },
  },
  ...diskColumns('PRIV', 'private'),
  ...diskColumns('ROOT', 'root'),
  { title: 'FLAGS', meaning: 'class, state, and what else it is, a letter each', cell: flagsOf },
];

/** A column of any name; one that is not known shows the property of that name. */
export function columnNamed(name: string): ListingColumn {
  const title = name.toUpperCase().replaceAll('_', '-');
  const property = name.toLowerCase().replaceAll('-', '_');
  return (
    COLUMNS.find((column) => column.title === title) ?? {
      title,
      meaning: `the property ${property}`,
      async cell(qube, ledger) {
        const found = await ledger.property(qube.name, property);
        if (found === undefined) return undefined;
        return (found.type === 'vm' || found.type === 'label') && found.value === '' ? undefined : shownValue(found);
      },
    }
  );
}

function diskColumns(head: string, volume: string): readonly ListingColumn[] {
  const sizes = async (name: string, ledger: Ledger) => {
    const found = (await ledger.volumes(name)).get(volume);
    return { size: Math.floor(Number(found?.['size'] ?? 0) / MIB), usage: Math.floor(Number(found?.['usage'] ?? 0) / MIB) };
  };
  return [
    {
      title: `${head}-CURR`,
      meaning: `MiB that its ${volume} disk uses`,
      cell: async ({ name }, ledger) => String((await sizes(name, ledger)).usage),
    },
    {
      title: `${head}-MAX`,
      meaning: `MiB that its ${volume} disk may use`,
      cell: async ({ name }, ledger) => String((await sizes(name, ledger)).size),
    },
    {
      title: `${head}-POOL`,
      meaning: `storage pool of its ${volume} disk`,
      cell: async ({ name }, ledger) => (await ledger.volumes(name)).get(volume)?.['pool'],
    },
    {
      title: `${head}-USED`,
      meaning: `how much of its ${volume} disk is used`,
      async cell({ name }, ledger) {
        const { size, usage } = await sizes(name, ledger);
        return size === 0 ? '0' : `${Math.floor((usage * 100) / size)}%`;
      },
    },
  ];
}
