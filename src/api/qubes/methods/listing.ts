import { ALL_CLASSES, allQubes, type Qube, stateOf, uuidOf } from '../qubes.ts';
import { encodeCurrentState, encodeQubeLine } from '../wire/qube-line.ts';
import { type Call, type Methods, showing } from './method.ts';

const DEVICE_CLASSES = ['block', 'pci'];

/** What there is, and what state it is in. */
export const listingMethods: Methods = {
  'admin.vm.List': showing({}, ({ view, qube }) => {
    const listed = qube.class === 'AdminVM' ? allQubes(view) : [qube];
    const line = (each: Qube) =>
      encodeQubeLine({ name: each.name, class: each.class, state: stateOf(view, each), uuid: uuidOf(view, each) });
    return listed.map(line).join('');
  }),
  'admin.vm.CurrentState': showing({}, currentState),
  'admin.vmclass.List': showing({ destination: 'dom0' }, () => lines(ALL_CLASSES)),
  'admin.deviceclass.List': showing({ destination: 'dom0' }, () => lines(DEVICE_CLASSES)),
  // Links of a lab are no devices that could be moved from qube to qube.
  ...Object.fromEntries(
    DEVICE_CLASSES.flatMap((name) =>
      ['Available', 'Assigned', 'Attached'].map((what) => [
        `admin.vm.device.${name}.${what}`,
        showing({ argument: 'any' }, () => ''),
      ]),
    ),
  ),
};

async function currentState({ lab, view, qube }: Call): Promise<string> {
  const usage = qube.node === undefined || qube.class === 'AdminVM' ? undefined : await lab.usage(qube.name);
  const mem = qube.class === 'AdminVM' ? lab.machine.memoryMib * 1024 : (usage?.memoryKib ?? 0);
  return encodeCurrentState({
    mem,
    memStaticMax: mem,
    cputime: usage?.processorTime ?? 0,
    powerState: stateOf(view, qube),
  });
}

export function lines(words: readonly string[]): string {
  return words.map((word) => `${word}\n`).join('');
}
