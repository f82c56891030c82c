import type { QubesView } from '../../../boundary/qubes-lab.ts';
import type { NodeKind } from '../../../model/topology.ts';
import { requireLabel } from '../labels.ts';
import { POOL, requireDefaultTemplate } from '../properties/lab-properties.ts';
import { ALL_CLASSES, allQubes, DISPOSABLE, findQube, noQube, requireClass, requireName, uuidOf } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { asciiPayload, type Call, changing, type Methods } from './method.ts';
import { TAGS } from './tags.ts';

const VOLUMES = ['root', 'private', 'volatile', 'kernel'];

const wants = { argument: 'any', payload: 'any', destination: 'dom0' } as const;

/** New qubes. Only classes that a lab can have are made: nodes of its templates, and disposable copies of nodes. */
export const creationMethods: Methods = {
  ...Object.fromEntries(
    ALL_CLASSES.flatMap((name) => [
      [`admin.vm.Create.${name}`, changing(wants, (call) => create(call, name, false))],
      [`admin.vm.CreateInPool.${name}`, changing(wants, (call) => create(call, name, true))],
    ]),
  ),
  'admin.vm.CreateDisposable': {
    ...changing({ argument: 'none', payload: 'any' }, () => Promise.resolve()),
    answer: createDisposable,
  },
};

interface Wish {
  readonly name: string;
  readonly label: string;
}

async function create(call: Call, qubeClass: string, pools: boolean): Promise<void> {
  const { argument, lab, source, view } = call;
  refuseClass(qubeClass);
  const { name, label } = readWish(call, pools);
  const tags = `created-by-${source.name}`;
  const attributes = { qn_label: label, [TAGS]: tags };
  if (qubeClass === 'DispVM') {
    const from = requireDisposableTemplate(view, argument || (view.topology.attributes['qn_default_dispvm'] ?? ''));
    await lab.change(copyAsDisposable(from, name, attributes));
    return;
  }
  const template = argument || requireDefaultTemplate(view);
  requireClass(findQube(view, template), 'TemplateVM');
  const kind = kindFor(view, template);
  const ofKind = kind === 'internet' ? { qn_kind: kind } : {};
  await lab.change([{ change: 'create', node: name, kind, template, attributes: { ...ofKind, ...attributes } }]);
}

/** `name=NAME label=LABEL`, and pools where they are taken. */
function readWish(call: Call, pools: boolean): Wish {
  const untrusted = asciiPayload(call);
  if (untrusted === undefined) throw protocolError('Parameters contain non-ASCII characters');
  const given = new Map<string, string>();
  for (const parameter of untrusted.split(' ')) {
    const at = parameter.indexOf('=');
    const key = parameter.slice(0, Math.max(at, 0));
    const volume = key.startsWith('pool:') ? key.slice('pool:'.length) : undefined;
    const isKnown = key === 'name' || key === 'label' || (pools && (key === 'pool' || volume !== undefined));
    if (!isKnown) throw protocolError('Invalid param name');
    if (volume !== undefined && !VOLUMES.includes(volume)) throw protocolError('Invalid volume name');
    if (given.has(key)) throw protocolError('duplicated parameters');
    given.set(key, parameter.slice(at + 1));
  }
  const [name, label] = [given.get('name'), given.get('label')];
  if (name !== undefined) requireName(name);
  const { topology } = call.view;
  const known = label === undefined ? undefined : requireLabel(topology, label).name;
  for (const [key, pool] of given) {
    if (key.startsWith('pool') && pool !== POOL) throw new QubesError('QubesException', `Unknown storage pool ${pool}`);
  }
  if (given.has('pool') && [...given.keys()].some((key) => key.startsWith('pool:'))) {
    throw protocolError("Only one of 'pool=' and 'pool:volume=' can be used");
  }
  if (name === undefined || known === undefined) throw protocolError('Missing name or label');
  if (findQube(call.view, name) !== undefined) {
    throw new QubesError('QubesVMAlreadyExistsError', `Qube already exists: ${name}`);
  }
  return { name, label: known };
}

/** Makes a disposable of the qube that is named or, at dom0, of the default one; gives its name, or its UUID where that is asked for. */
async function createDisposable(call: Call): Promise<string> {
  const { lab, qube, source, view } = call;
  const payload = asciiPayload(call);
  if (payload !== '' && payload !== 'uuid') {
    const expected = "expected the empty string or 'uuid'";
    throw new QubesError('QubesValueError', `Invalid payload for admin.vm.CreateDisposable: ${expected}`);
  }
  const chosen = source.node?.attributes['qn_default_dispvm'] || view.topology.attributes['qn_default_dispvm'] || '';
  const from = requireDisposableTemplate(view, qube.class === 'AdminVM' ? chosen : qube.name);
  let name = '';
  await lab.change((now) => {
    name = freeName(now);
    return copyAsDisposable(from, name, { [TAGS]: `created-by-${source.name}` });
  });
  if (payload === '') return name;
  const made = findQube(lab.view(), name);
  return made === undefined ? name : `uuid:${uuidOf(lab.view(), made)}`;
}

function freeName(view: QubesView): string {
  const taken = new Set([...view.nodes.keys(), ...allQubes(view).map(({ name }) => name)]);
  let number = 1;
  while (taken.has(`disp${number}`)) number += 1;
  return `disp${number}`;
}

function copyAsDisposable(from: string, name: string, attributes: Readonly<Record<string, string>>) {
  const own = { [DISPOSABLE]: from, qn_template_for_dispvms: null, qn_notes: null, ...attributes };
  return [
    { change: 'clone', node: name, from },
    { change: 'node', node: name, attributes: own },
  ] as const;
}

function requireDisposableTemplate(view: QubesView, name: string): string {
  if (name === '' || name === 'none') throw new QubesError('QubesValueError', 'There is no default_dispvm: name a qube');
  const qube = findQube(view, name);
  if (qube === undefined) throw noQube(name);
  const own = qube.node?.attributes['qn_template_for_dispvms'] || view.topology.attributes['qn_template_for_dispvms'];
  if (qube.class === 'AppVM' && own === 'true') return name;
  const expected = 'needs to be an AppVM with template_for_dispvms=True';
  throw new QubesError('QubesValueError', `template for disposable (${name}) ${expected}`);
}

/** What a node of a template is: what other nodes of it are, else what the template is named after. */
function kindFor({ topology }: QubesView, template: string): NodeKind {
  const other = topology.nodes.find((node) => node.template === template)?.kind;
  if (other === 'vm' || other === 'namespace' || other === 'internet') return other;
  return template === 'namespace' || template === 'internet' ? template : 'vm';
}

function refuseClass(qubeClass: string): void {
  if (qubeClass === 'AppVM' || qubeClass === 'DispVM') return;
  throw new QubesError('QubesException', `A lab has no new ${qubeClass}: its qubes are AppVMs of its templates, and DispVMs`);
}

function protocolError(message: string): QubesError {
  return new QubesError('ProtocolError', message);
}
