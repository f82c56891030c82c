import type { QubesLab, QubesView } from '../../../boundary/qubes-lab.ts';
import { defaultTemplate, findQube, requireClass } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { ADMIN_VM } from '../wire/request.ts';
import { BOOL, integer, type Kept, kept, ON_LAB, qube, requireQubeFor, TEXT } from './kept.ts';
import { defaultNetvm } from './netvm.ts';
import type { Property } from './property.ts';

type LabProperty = Property<undefined>;

/** The only pool that there is: the lab's directory. */
export const POOL = 'weft';

const own = (setting: Kept): LabProperty => kept(ON_LAB, setting);

const pools = ['', '_kernel', '_private', '_root', '_volatile'].map(
  (which): LabProperty => ({
    name: `default_pool${which}`,
    type: 'str',
    help: 'Where qubes keep their disks: in the directory of the lab.',
    inherited: () => POOL,
  }),
);

const template: LabProperty = {
  name: 'default_template',
  type: 'vm',
  help: 'The template of qubes that are created without one.',
  attribute: 'qn_default_template',
  inherited: ({ topology }) => topology.attributes['qn_template'],
  chosen: ({ topology }) => topology.attributes['qn_default_template'] || undefined,
  edit: (view, _, untrusted) => {
    if (untrusted === undefined || untrusted === '') return { qn_default_template: null };
    const name = requireQubeFor(view, 'default_template', untrusted);
    requireClass(findQube(view, name), 'TemplateVM');
    return { qn_default_template: name };
  },
};

/** Properties of the whole lab, by name. */
export function labProperties({ machine }: Pick<QubesLab, 'machine'>): ReadonlyMap<string, LabProperty> {
  const list: readonly LabProperty[] = [
    own({ name: 'check_updates_vm', help: 'Whether qubes look for updates.', form: BOOL, fallback: 'True' }),
    own({ name: 'clockvm', help: 'The qube that the time comes from.', form: qube('clockvm') }),
    own({
      name: 'default_audiovm',
      help: 'The audiovm of qubes that have none of their own.',
      form: qube('default_audiovm'),
      fallback: ADMIN_VM,
      attribute: 'qn_audiovm',
    }),
    own({
      name: 'default_dispvm',
      help: 'The default_dispvm of qubes that have none of their own.',
      form: qube('default_dispvm'),
    }),
    own({
      name: 'default_guivm',
      help: 'The guivm of qubes that have none of their own.',
      form: qube('default_guivm'),
      fallback: ADMIN_VM,
      attribute: 'qn_guivm',
    }),
    own({
      name: 'default_kernel',
      help: 'The kernel of qubes that have none of their own.',
      form: TEXT,
      fallback: '',
      attribute: 'qn_kernel',
    }),
    defaultNetvm,
    ...pools,
    own({
      name: 'default_qrexec_timeout',
      help: 'Seconds to wait until a qube is ready.',
      form: integer('default_qrexec_timeout', 1),
      fallback: '300',
      attribute: 'qn_qrexec_timeout',
    }),
    own({
      name: 'default_shutdown_timeout',
      help: 'Seconds to wait until a qube has stopped.',
      form: integer('default_shutdown_timeout', 1),
      fallback: '60',
      attribute: 'qn_shutdown_timeout',
    }),
    template,
    own({
      name: 'management_dispvm',
      help: 'The management_dispvm of qubes that have none of their own.',
      form: qube('management_dispvm'),
    }),
    { name: 'maxmem', type: 'int', help: 'The memory of the machine in MiB.', inherited: () => String(machine.memoryMib) },
    { name: 'no_cpus', type: 'int', help: 'The processors of the machine.', inherited: () => String(machine.processors) },
    own({ name: 'stats_interval', help: 'Seconds between measurements.', form: integer('stats_interval', 1), fallback: '3' }),
    own({ name: 'updatevm', help: 'The qube that updates come through.', form: qube('updatevm') }),
  ];
  return new Map(list.map((property) => [property.name, property]));
}

/** How often qubes are measured. Milliseconds. */
export function measuringInterval({ topology }: QubesView): number {
  const seconds = Number(topology.attributes['qn_stats_interval'] ?? '3');
  return (seconds > 0 ? seconds : 3) * 1000;
}

/** The template that a new qube gets where none is named; a QubesError where there is none. */
export function requireDefaultTemplate({ topology }: QubesView): string {
  const name = defaultTemplate(topology);
  if (name !== undefined) return name;
  throw new QubesError('QubesValueError', 'The lab has no default template: name one');
}
