import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { CLIENT_MAC } from '../../../model/uplink-tree.ts';
import { type Qube, type QubeClass, stateOf, templateOf, uuidOf } from '../qubes.ts';
import { ADMIN_VM } from '../wire/request.ts';
import { BOOL, IPV4, IPV6, integer, type Kept, kept, MAC, MEMORY, matching, ON_QUBE, qube, TEXT } from './kept.ts';
import { label } from './label.ts';
import { netvm, providesNetwork } from './netvm.ts';
import { type Property, type PropertyType, propertyValue } from './property.ts';

/** What cannot be set: it follows from something else. */
function fixed(
  name: string,
  type: PropertyType,
  help: string,
  read: (view: QubesView, qube: Qube) => string | undefined,
): Property {
  return { name, type, help, inherited: read };
}

/** What belongs to the qube from its beginning, and counts as chosen, but for the machine's. */
function given(
  name: string,
  type: PropertyType,
  help: string,
  read: (view: QubesView, qube: Qube) => string | undefined,
): Property {
  const isMachine = (subject: Qube) => subject.class === 'AdminVM';
  return {
    name,
    type,
    help,
    inherited: (view, subject) => (isMachine(subject) ? read(view, subject) : undefined),
    chosen: (view, subject) => (isMachine(subject) ? undefined : read(view, subject)),
  };
}

/** What follows from the place in the tree of uplinks. */
function derived(name: string, help: string): Property {
  return fixed(name, 'str', help, (view, { name: node }) => view.derived(node)[name] ?? '');
}

/** What is kept in an attribute, and where nobody chose follows from the place in the tree of uplinks. */
function address(setting: Kept): Property {
  return { ...kept(ON_QUBE, setting), inherited: (view, { name }) => view.derived(name)[setting.name] ?? setting.fallback ?? '' };
}

const own = (setting: Kept): Property => kept(ON_QUBE, setting);

const isUp = (view: QubesView, subject: Qube) => stateOf(view, subject) !== 'Halted';

const USER = matching(
  /^[A-Za-z0-9_+,.-]+$/,
  'Username can contain only those characters: abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+,.',
);
const KEYBOARD = matching(/^[^+]*\+[^+]*\+[^+]*$/, 'invalid number of keyboard layout parameters');

/** All properties of qubes. Those of Qubes' last stage come last, as it lists them. */
const PROPERTIES: readonly Property[] = [
  own({ name: 'auto_cleanup', help: 'Remove the disposable when it has stopped.', form: BOOL, fallback: 'True' }),
  own({ name: 'autostart', help: 'Whether to start it with the machine; weft up starts all.', form: BOOL, fallback: 'False' }),
  own({ name: 'backup_timestamp', help: 'When it was backed up, in seconds since 1970.', form: integer('backup_timestamp', 0) }),
  own({ name: 'debug', help: 'Debug mode.', form: BOOL, fallback: 'False' }),
  own({ name: 'default_user', help: 'The user that commands run as.', form: USER, fallback: 'user' }),
  own({ name: 'devices_denied', help: 'Kinds of devices that it may not have.', form: TEXT, fallback: '' }),
  fixed('dispid', 'int', 'The number of a disposable: its qid.', ({ numbers }, { name }) => numbers[name]?.toString()),
  derived('dns', 'Name servers that it is given.'),
  derived('gateway', 'The address that it has towards its clients.'),
  derived('gateway6', 'The IPv6 address that it has towards its clients.'),
  fixed(
    'icon',
    'str',
    'The name of its icon.',
    (view, subject) => `${iconOf(subject)}-${propertyValue(label, view, subject).value}`,
  ),
  own({ name: 'include_in_backups', help: 'Whether it belongs into backups.', form: BOOL, fallback: 'True' }),
  fixed('installed_by_rpm', 'bool', 'Whether a package has brought it.', () => 'False'),
  address({ name: 'ip', help: 'The IPv4 address on its uplink.', form: IPV4 }),
  address({ name: 'ip6', help: 'The IPv6 address on its uplink.', form: IPV6 }),
  fixed('is_preload', 'bool', 'Whether it waits to be used.', () => 'False'),
  own({ name: 'kernel', help: 'The version of its kernel.', form: TEXT, fallback: '' }),
  own({ name: 'keyboard_layout', help: 'Its keyboard layout.', form: KEYBOARD, fallback: 'us++' }),
  fixed('klass', 'str', 'Its class.', (_, subject) => subject.class),
  label,
  address({ name: 'mac', help: 'The MAC of its uplink.', form: MAC, fallback: CLIENT_MAC }),
  own({ name: 'maxmem', help: 'The most memory that it may have, in MiB.', form: integer('maxmem', 0), fallback: '0' }),
  own({
    name: 'memory',
    help: 'Its memory in MiB; its template says how much where nobody does.',
    form: MEMORY,
    attribute: 'qn_mem',
  }),
  given('name', 'str', 'Its name.', (_, { name }) => name),
  providesNetwork,
  given('qid', 'int', 'Its number.', ({ numbers }, subject) =>
    subject.class === 'AdminVM' ? '0' : numbers[subject.name]?.toString(),
  ),
  own({
    name: 'qrexec_timeout',
    help: 'Seconds to wait until it is ready.',
    form: integer('qrexec_timeout', 1),
    fallback: '300',
  }),
  own({
    name: 'shutdown_timeout',
    help: 'Seconds to wait until it has stopped; a lab kills it sooner.',
    form: integer('shutdown_timeout', 1),
    fallback: '60',
  }),
  fixed('start_time', 'str', 'When it was started.', () => undefined),
  own({ name: 'stubdom_mem', help: 'Memory of its device model in MiB.', form: integer('stubdom_mem', 1) }),
  fixed('stubdom_uuid', 'str', 'The UUID of its device model.', () => ''),
  fixed('stubdom_xid', 'int', 'The number of its device model.', () => '-1'),
  own({ name: 'template_for_dispvms', help: 'Whether disposables may be made from it.', form: BOOL, fallback: 'False' }),
  fixed('updateable', 'bool', 'Whether it keeps updates that are installed in it.', (_, subject) =>
    subject.class === 'TemplateVM' || subject.class === 'AdminVM' ? 'True' : 'False',
  ),
  given('uuid', 'str', 'Its UUID.', uuidOf),
  own({ name: 'vcpus', help: 'The number of its virtual processors.', form: integer('vcpus', 1), fallback: '1' }),
  own({
    name: 'virt_mode',
    help: 'How it is virtualised; only Xen has a choice.',
    form: matching(/^(hvm|pv|pvh)$/, 'Invalid virtualization mode, supported values: hvm, pv, pvh'),
    fallback: 'hvm',
  }),
  derived('visible_gateway', 'The gateway that it sees.'),
  derived('visible_gateway6', 'The IPv6 gateway that it sees.'),
  derived('visible_ip', 'The address that it sees as its own.'),
  derived('visible_ip6', 'The IPv6 address that it sees as its own.'),
  derived('visible_netmask', 'The netmask that it sees.'),
  fixed('xid', 'int', 'Its number among those that run, -1 where it does not.', (view, subject) =>
    subject.class === 'AdminVM' ? '0' : isUp(view, subject) ? view.numbers[subject.name]?.toString() : '-1',
  ),
  own({ name: 'appvm_default_bootmode', help: 'How qubes of the template boot.', form: TEXT, fallback: 'default' }),
  own({ name: 'audiovm', help: 'The qube that plays its sound.', form: qube('audiovm'), fallback: ADMIN_VM }),
  own({ name: 'bootmode', help: 'How it boots.', form: TEXT, fallback: 'default' }),
  own({ name: 'default_dispvm', help: 'The qube that its disposables are made from.', form: qube('default_dispvm') }),
  own({ name: 'guivm', help: 'The qube that shows its windows.', form: qube('guivm'), fallback: ADMIN_VM }),
  own({ name: 'kernelopts', help: 'Options of its kernel.', form: TEXT, fallback: '' }),
  own({
    name: 'management_dispvm',
    help: 'The qube that disposables to manage it are made from.',
    form: qube('management_dispvm'),
  }),
  netvm,
  given('template', 'vm', 'The template that it was made from.', (_, subject) => templateOf(subject)),
];

/** What only some classes have, and what the machine alone has; anything else belongs to all but the machine. */
const ONLY: Readonly<Record<string, readonly QubeClass[]>> = {
  auto_cleanup: ['DispVM'],
  dispid: ['DispVM'],
  is_preload: ['DispVM'],
  template_for_dispvms: ['AppVM'],
  appvm_default_bootmode: ['TemplateVM'],
  template: ['AppVM', 'DispVM'],
};
const OF_THE_MACHINE = [
  'default_dispvm',
  'devices_denied',
  'icon',
  'include_in_backups',
  'keyboard_layout',
  'klass',
  'label',
  'maxmem',
  'name',
  'qid',
  'updateable',
  'uuid',
];

const BY_CLASS = Object.fromEntries(
  (['AdminVM', 'AppVM', 'DispVM', 'TemplateVM'] as const).map((each) => [each, propertiesOfClass(each)] as const),
) as Readonly<Record<QubeClass, ReadonlyMap<string, Property>>>;

/** The properties of a class of qubes, by name, in the order in which they are listed. */
export function propertiesOf(subject: Pick<Qube, 'class'>): ReadonlyMap<string, Property> {
  return BY_CLASS[subject.class];
}

function propertiesOfClass(qubeClass: QubeClass): ReadonlyMap<string, Property> {
  const has = ({ name }: Property) =>
    qubeClass === 'AdminVM' ? OF_THE_MACHINE.includes(name) : (ONLY[name]?.includes(qubeClass) ?? true);
  return new Map(PROPERTIES.filter(has).map((property) => [property.name, property]));
}

function iconOf(subject: Qube): string {
  return { AdminVM: 'adminvm', AppVM: 'appvm', DispVM: 'dispvm', TemplateVM: 'templatevm' }[subject.class];
}
