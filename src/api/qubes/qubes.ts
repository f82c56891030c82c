import type { QubesView } from '../../boundary/qubes-lab.ts';
import { textDigest } from '../../model/text-digest.ts';
import { isGenerated, type TopologyNode } from '../../model/topology.ts';
import { quoted } from './python-text.ts';
import { QubesError } from './qubes-error.ts';
import { ADMIN_VM } from './wire/request.ts';

/** The classes of a lab's qubes; Qubes knows two more, of which there are none. */
export type QubeClass = 'AdminVM' | 'AppVM' | 'DispVM' | 'TemplateVM';

export const ALL_CLASSES: readonly string[] = ['AdminVM', 'AppVM', 'DispVM', 'RemoteVM', 'StandaloneVM', 'TemplateVM'];

/** A qube: a node that runs something, a template of such nodes, or the machine. */
export interface Qube {
  readonly name: string;
  readonly class: QubeClass;
  /** undefined for templates, and for the machine where the topology has no host. */
  readonly node: TopologyNode | undefined;
}

/** The attribute of a disposable that names what it was made from. */
export const DISPOSABLE = 'qn_disposable';

const NAMELESS = '00000000-0000-0000-0000-000000000000';

/** All qubes: dom0 first, then by name. */
export function allQubes(view: QubesView): readonly Qube[] {
  const nodes = view.topology.nodes.filter((node) => isGenerated(node) && node.name !== ADMIN_VM).map(qubeOf);
  const names = new Set(nodes.map(({ name }) => name));
  const templates = [...templatesOf(view)].filter((name) => !names.has(name)).map(templateQube);
  return [adminQube(view), ...[...nodes, ...templates].sort((a, b) => (a.name < b.name ? -1 : 1))];
}

/** The qube of a name; undefined where there is none. */
export function findQube(view: QubesView, name: string): Qube | undefined {
  if (name === ADMIN_VM) return adminQube(view);
  const node = view.nodes.get(name);
  if (node !== undefined && isGenerated(node)) return qubeOf(node);
  return templatesOf(view).has(name) ? templateQube(name) : undefined;
}

/**
 * The qube that a request names, by name or `uuid:` and a UUID. A QubesError where there is none; names that only Qubes refuses are taken, since
 * topologies may have them.
 */
export function requireQube(view: QubesView, untrusted: string): Qube {
  const found = findQube(view, untrusted);
  if (found !== undefined) return found;
  if (untrusted.startsWith('uuid:')) {
    const uuid = untrusted.slice('uuid:'.length);
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) {
      throw new QubesError('QubesVMInvalidUUIDError', `VM UUID is not valid: ${quoted(uuid)}`);
    }
    const named = allQubes(view).find((qube) => uuidOf(view, qube) === uuid);
    if (named !== undefined) return named;
  } else {
    requireName(untrusted);
  }
  throw noQube(untrusted);
}

export function noQube(name: string): QubesError {
  return new QubesError('QubesVMNotFoundError', `No such domain: ${quoted(name)}`);
}

/** A QubesError where a qube is of another class. */
export function requireClass(qube: Qube | undefined, expected: QubeClass): void {
  if (qube === undefined || qube.class === expected) return;
  const message = `wrong VM class: domains[${quoted(qube.name)}] is of type ${qube.class} and not ${expected}`;
  throw new QubesError('QubesPropertyValueError', message);
}

/** A QubesError where Qubes takes no such name for a qube. */
export function requireName(untrusted: string): void {
  const fault = nameFault(untrusted);
  if (fault !== undefined) throw new QubesError('QubesValueError', `VM name ${fault}`);
}

function nameFault(name: string): string | undefined {
  if (name.length > 31) return 'must be shorter than 32 characters';
  if (name !== '' && !/^[A-Za-z]/.test(name)) return 'cannot start with hyphen, underscore, dot or numbers';
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) return 'contains illegal characters';
  if (name === 'none' || name === 'default') return "cannot be 'none' nor 'default'";
  return name.endsWith('-dm') ? 'cannot end with -dm' : undefined;
}

/** UUIDs by the names of qubes, of views that were asked for them. */
const knownUuids = new WeakMap<QubesView, Map<string, string>>();

/** Stable as long as the lab has the node: it follows from the lab's name and the node's number. */
export function uuidOf(view: QubesView, qube: Qube): string {
  if (qube.class === 'AdminVM') return NAMELESS;
  const known = knownUuids.get(view) ?? new Map<string, string>();
  knownUuids.set(view, known);
  const uuid = known.get(qube.name) ?? madeUuid(view, qube);
  known.set(qube.name, uuid);
  return uuid;
}

function madeUuid(view: QubesView, qube: Qube): string {
  const number = view.numbers[qube.name];
  const text = `${view.lab}\n${number === undefined ? `${qube.class} ${qube.name}` : `node ${number}`}`;
  const words = [1, 2, 3, 4].map((seed) => textDigest(text, textDigest('weft', seed)).toString(16).padStart(8, '0'));
  const hex = words.join('');
  // Version 8 of RFC 9562: made in a way of our own.
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 3) | 8).toString(16);
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

/** What `admin.vm.List` calls its state. */
export function stateOf(view: QubesView, qube: Qube): string {
  if (qube.class === 'AdminVM') return 'Running';
  if (qube.class === 'TemplateVM') return 'Halted';
  const states = { halted: 'Halted', starting: 'Transient', running: 'Running', paused: 'Paused', stopping: 'Halting' } as const;
  return states[view.activity(qube.name)];
}

/** The template that a qube is made from: of a disposable, the node that it is a copy of. */
export function templateOf({ node }: Qube): string | undefined {
  return node?.attributes[DISPOSABLE] || node?.template;
}

function qubeOf(node: TopologyNode): Qube {
  return { name: node.name, class: node.attributes[DISPOSABLE] ? 'DispVM' : 'AppVM', node };
}

function adminQube({ topology }: QubesView): Qube {
  return { name: ADMIN_VM, class: 'AdminVM', node: topology.nodes.find(({ kind }) => kind === 'host') };
}

function templateQube(name: string): Qube {
  return { name, class: 'TemplateVM', node: undefined };
}

/** Templates that nodes are made from, and the one that they would be. */
function templatesOf({ topology }: QubesView): ReadonlySet<string> {
  const used = topology.nodes.flatMap((node) => (isGenerated(node) && node.template !== undefined ? [node.template] : []));
  return new Set([...used, ...[defaultTemplate(topology)].filter((name) => name !== undefined)]);
}

/** The template of qubes that are created without one. */
export function defaultTemplate({ attributes }: QubesView['topology']): string | undefined {
  return attributes['qn_default_template'] || attributes['qn_template'] || undefined;
}
