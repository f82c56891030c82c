import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { providersOf } from '../../../model/uplink-tree.ts';
import { quoted } from '../python-text.ts';
import { findQube, type Qube, templateOf } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { ADMIN_VM } from '../wire/request.ts';
import { lines } from './listing.ts';
import { asciiPayload, type Call, changeNode, changing, type Methods, showing } from './method.ts';

const FEATURE = 'feature.';

/** Features that only the daemon itself writes. */
const RESERVED = ['deferred-netvm-original', 'preload-dispvm', 'preload-dispvm-completed', 'preload-dispvm-in-progress'];

/** No name of a service is longer: it becomes a file. Bytes. */
const longestService = 48;

export const featureMethods: Methods = {
  'admin.vm.feature.List': showing({}, ({ qube }) => lines([...featuresOf(qube).keys()])),
  'admin.vm.feature.Get': checking((call) => [call.qube]),
  'admin.vm.feature.CheckWithTemplate': checking(({ view, qube }) => withTemplates(view, qube)),
  'admin.vm.feature.CheckWithNetvm': checking(({ view, qube }) => [qube, ...qubes(view, providersOf(view.tree, qube.name))]),
  'admin.vm.feature.CheckWithAdminVM': checking(({ view, qube }) => [qube, ...qubes(view, [ADMIN_VM])]),
  'admin.vm.feature.CheckWithTemplateAndAdminVM': checking(({ view, qube }) => [
    ...withTemplates(view, qube),
    ...qubes(view, [ADMIN_VM]),
  ]),
  'admin.vm.feature.Set': changing({ argument: 'required', payload: 'any' }, async (call) => {
    const { argument } = call;
    const value = asciiPayload(call);
    if (value === undefined) throw new QubesError('QubesValueError', 'Feature value contains non-ASCII characters');
    requireFeatureName(argument);
    if (!/^[\t-\r -~]*$/.test(value)) throw new QubesError('QubesValueError', `${argument} value contains illegal characters`);
    refuseReserved(argument);
    if (argument.startsWith('service.')) requireService(argument.slice('service.'.length));
    await changeNode(call, { [`${FEATURE}${argument}`]: value });
  }),
  'admin.vm.feature.Remove': changing({ argument: 'required' }, async (call) => {
    refuseReserved(call.argument);
    if (!featuresOf(call.qube).has(call.argument)) throw notFound(call);
    await changeNode(call, { [`${FEATURE}${call.argument}`]: null });
  }),
};

/** The features of a qube, in the order in which they were set. */
export function featuresOf({ node }: Pick<Qube, 'node'>): ReadonlyMap<string, string> {
  const named = Object.entries(node?.attributes ?? {}).filter(([name]) => name.startsWith(FEATURE));
  return new Map(named.map(([name, value]) => [name.slice(FEATURE.length), value]));
}

/** The value that is found first along a chain of qubes. */
function checking(chain: (call: Call) => readonly Qube[]) {
  return showing({ argument: 'required' }, (call) => {
    for (const each of chain(call)) {
      const value = featuresOf(each).get(call.argument);
      if (value !== undefined) return value;
    }
    throw notFound(call);
  });
}

function withTemplates(view: QubesView, qube: Qube): readonly Qube[] {
  const chain = [qube];
  for (let at = templateOf(qube); at !== undefined && chain.length < 10; ) {
    const template = findQube(view, at);
    if (template === undefined || chain.some(({ name }) => name === at)) break;
    chain.push(template);
    at = templateOf(template);
  }
  return chain;
}

function qubes(view: QubesView, names: readonly string[]): readonly Qube[] {
  return names.flatMap((name) => findQube(view, name) ?? []);
}

function notFound({ qube, argument }: Call): QubesError {
  return new QubesError('QubesFeatureNotFoundError', `Feature not set for domain ${qube.name}: ${argument}`);
}

function requireFeatureName(untrusted: string): void {
  if (!/^[A-Za-z0-9_.-]+$/.test(untrusted)) throw new QubesError('QubesValueError', 'feature name contains illegal characters');
}

function refuseReserved(name: string): void {
  if (RESERVED.includes(name)) throw new QubesError('PermissionDenied', `Feature ${quoted(name)} is for the daemon alone`);
}

function requireService(name: string): void {
  const fault =
    name === ''
      ? 'cannot be empty'
      : name === '.' || name === '..'
        ? 'cannot be "." or ".."'
        : name.length > longestService
          ? `must not exceed ${longestService} bytes`
          : undefined;
  if (fault !== undefined) throw new QubesError('QubesValueError', `Service name ${fault}`);
}
