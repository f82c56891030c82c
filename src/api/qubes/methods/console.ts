import { quoted } from '../python-text.ts';
import { QubesError } from '../qubes-error.ts';
import { type Methods, showing } from './method.ts';

export const consoleMethods: Methods = {
  // Qubes answers with the path of a terminal of Xen's. The consoles of a lab are streams of its engine.
  'admin.vm.Console': showing({ destination: 'qube' }, ({ view, qube }) => {
    if (view.activity(qube.name) === 'halted') {
      throw new QubesError('QubesVMNotRunningError', `Domain not running (either powered off or paused): ${quoted(qube.name)}`);
    }
    throw new QubesError(
      'QubesException',
      `The console of ${qube.name} is no terminal with a path: weft console ${qube.name} opens it`,
    );
  }),
};
