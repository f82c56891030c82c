import type { QubesClient } from '../../api/qubes/client/qubes-client.ts';
import { NO_ANSWER, QubesError } from '../../api/qubes/qubes-error.ts';
import { decodeProperties, decodeProperty, type PropertyText } from '../../api/qubes/wire/property-text.ts';
import { linesOf } from '../../api/qubes/wire/qube-line.ts';
import { ADMIN_VM } from '../../api/qubes/wire/request.ts';

/** Whose properties are meant: a qube's, which dom0 has too, or those of the whole system. */
export interface Holder {
  readonly qube: string;
  readonly methods: 'admin.vm.property' | 'admin.property';
}

export const SYSTEM_PROPERTIES: Holder = { qube: ADMIN_VM, methods: 'admin.property' };

export function qubeProperties(qube: string): Holder {
  return { qube, methods: 'admin.vm.property' };
}

/** All of them, by name; one by one where the daemon cannot tell them at once. */
export async function readProperties(client: QubesClient, holder: Holder): Promise<ReadonlyMap<string, PropertyText>> {
  try {
    return decodeProperties(await client.callForText(`${holder.methods}.GetAll`, holder.qube));
  } catch (failure) {
    if (!(failure instanceof QubesError) || failure.type !== NO_ANSWER) throw failure;
    const read = async (name: string) => [name, await readProperty(client, holder, name)] as const;
    return new Map(await Promise.all((await propertyNames(client, holder)).map(read)));
  }
}

export async function propertyNames(client: QubesClient, { qube, methods }: Holder): Promise<readonly string[]> {
  return linesOf(await client.callForText(`${methods}.List`, qube));
}

export async function readProperty(client: QubesClient, { qube, methods }: Holder, name: string): Promise<PropertyText> {
  const text = await accessing(name, () => client.callForText(`${methods}.Get`, qube, { argument: name }));
  return decodeProperty(text) ?? noAccess(name);
}

export async function setProperty(client: QubesClient, { qube, methods }: Holder, name: string, value: string): Promise<void> {
  await accessing(name, () => client.call(`${methods}.Set`, qube, { argument: name, payload: value }));
}

export async function resetProperty(client: QubesClient, { qube, methods }: Holder, name: string): Promise<void> {
  await accessing(name, () => client.call(`${methods}.Reset`, qube, { argument: name }));
}

/** What a property says, as the tools show it; undefined where there is no such attribute now (an empty number or truth value). */
export function shownValue({ type, value }: PropertyText): string | undefined {
  if (value !== '') return value;
  if (type === 'int' || type === 'bool') return undefined;
  return type === 'str' ? '' : 'None';
}

/** A daemon that does not say why it refuses means the property. */
async function accessing<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    if (failure instanceof QubesError && [NO_ANSWER, 'QubesVMNotFoundError'].includes(failure.type)) return noAccess(name);
    throw failure;
  }
}

function noAccess(name: string): never {
  throw new QubesError(NO_ANSWER, `Failed to access '${name}' property`);
}
