import { POOL } from '../properties/lab-properties.ts';
import type { Qube } from '../qubes.ts';
import { templateOf } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { lines } from './listing.ts';
import { type Methods, showing } from './method.ts';

/** Every qube has one volume, which is made anew from its template at each start: nothing of it can be copied or kept. */
export const volumeMethods: Methods = {
  'admin.vm.volume.List': showing({}, ({ qube }) => lines(volumesOf(qube))),
  'admin.vm.volume.Info': showing({ argument: 'required' }, ({ view, qube, argument }) => {
    if (!volumesOf(qube).includes(argument)) {
      throw new QubesError('QubesVMInvalidVolumeError', `${qube.name} has no volume ${argument}`);
    }
    const source = templateOf(qube);
    return lines([
      `pool=${POOL}`,
      `vid=${view.lab}/${qube.name}/${argument}`,
      'size=0',
      'usage=0',
      'rw=True',
      `source=${source === undefined ? '' : `${view.lab}/${source}/root`}`,
      'path=',
      'save_on_stop=False',
      'snap_on_start=True',
      'revisions_to_keep=0',
      'ephemeral=False',
      'is_outdated=False',
    ]);
  }),
  'admin.pool.List': showing({ destination: 'dom0' }, () => lines([POOL])),
};

function volumesOf({ class: qubeClass }: Qube): readonly string[] {
  return qubeClass === 'AdminVM' ? [] : ['root'];
}
