import type { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import { ADMIN_VM } from '../../api/qubes/wire/request.ts';
import { UsageError } from '../complaints.ts';
import type { Words } from '../words.ts';

/** The storage pool of all volumes, or those of some; undefined for the daemon's own choice. */
export type Pools = string | ReadonlyMap<string, string> | undefined;

/** What -P and -p say. */
export function poolsIn(words: Words): Pools {
  const one = words.text('P');
  if (one !== undefined) return one;
  const pairs = words.list('pool').map((word) => {
    const [volume, pool, ...more] = word.split('=');
    if (volume === undefined || pool === undefined || more.length > 0) {
      throw new UsageError('Pool argument must be of form: -p volume_name=pool_name');
    }
    return [volume, pool] as const;
  });
  return pairs.length === 0 ? undefined : new Map(pairs);
}

export async function createQube(
  client: QubesClient,
  qube: {
    readonly name: string;
    readonly label: string;
    readonly qubeClass: string;
    readonly template: string | undefined;
    readonly pools: Pools;
  },
): Promise<void> {
  const { name, label, qubeClass, template = '', pools } = qube;
  const where =
    typeof pools === 'string' ? [`pool=${pools}`] : [...(pools ?? [])].map(([volume, pool]) => `pool:${volume}=${pool}`);
  await client.call(`admin.vm.Create${where.length === 0 ? '' : 'InPool'}.${qubeClass}`, ADMIN_VM, {
    argument: template,
    payload: [`name=${name}`, `label=${label}`, ...where].join(' '),
  });
}
