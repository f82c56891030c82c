import type { AttributeChanges } from '../../../model/change.ts';
import { nearestName } from '../../../model/nearest-name.ts';
import { labProperties } from '../properties/lab-properties.ts';
import { type Property, propertyValue } from '../properties/property.ts';
import { propertiesOf } from '../properties/qube-properties.ts';
import { quoted } from '../python-text.ts';
import { QubesError } from '../qubes-error.ts';
import { encodeDefault, encodeProperties, encodeProperty, type PropertyText } from '../wire/property-text.ts';
import { lines } from './listing.ts';
import { asciiPayload, type Call, changeNode, changing, type Methods, showing } from './method.ts';

/** Whose properties a family of methods is about. */
interface Owner<S> {
  readonly prefix: string;
  readonly destination: 'dom0' | 'any';
  /** What messages call it. */
  readonly kind: string;
  readonly properties: (call: Call) => ReadonlyMap<string, Property<S>>;
  readonly subject: (call: Call) => S;
  /** What messages call one of them. */
  readonly instance: (call: Call) => string;
  readonly change: (call: Call, attributes: AttributeChanges) => Promise<void>;
}

export const propertyMethods: Methods = {
  ...methodsFor({
    prefix: 'admin.vm.property',
    destination: 'any',
    kind: 'VM',
    properties: ({ qube }) => propertiesOf(qube),
    subject: ({ qube }) => qube,
    instance: ({ qube }) => qube.class,
    change: changeNode,
  }),
  ...methodsFor({
    prefix: 'admin.property',
    destination: 'dom0',
    kind: 'Qubes',
    properties: ({ lab }) => labProperties(lab),
    subject: () => undefined,
    instance: () => 'Qubes',
    change: ({ lab }, attributes) => lab.change([{ change: 'graph', attributes }]),
  }),
};

function methodsFor<S>(owner: Owner<S>): Methods {
  const { prefix, destination, properties, subject } = owner;
  const named = { destination, argument: 'required' } as const;
  const text = (call: Call, property: Property<S>): PropertyText => ({
    type: property.type,
    ...propertyValue(property, call.view, subject(call)),
  });
  return {
    [`${prefix}.List`]: showing({ destination }, (call) => lines([...properties(call).keys()])),
    [`${prefix}.GetAll`]: showing({ destination }, (call) =>
      encodeProperties([...properties(call)].map(([name, property]) => [name, text(call, property)] as const)),
    ),
    [`${prefix}.Get`]: showing(named, (call) => encodeProperty(text(call, requireProperty(owner, call)))),
    [`${prefix}.GetDefault`]: showing(named, (call) => {
      const property = requireProperty(owner, call);
      const value = property.inherited(call.view, subject(call));
      return encodeDefault(value === undefined ? undefined : { type: property.type, value });
    }),
    [`${prefix}.Help`]: showing(named, (call) => requireProperty(owner, call).help),
    [`${prefix}.Set`]: changing({ ...named, payload: 'any' }, async (call) => {
      const property = requireProperty(owner, call);
      const value = asciiPayload(call);
      if (value === undefined) throw new QubesError('QubesValueError', 'Non-ASCII bytes in property value');
      await edit(owner, call, property, value);
    }),
    [`${prefix}.Reset`]: changing(named, async (call) => edit(owner, call, requireProperty(owner, call), undefined)),
  };
}

async function edit<S>(owner: Owner<S>, call: Call, property: Property<S>, value: string | undefined): Promise<void> {
  if (property.edit === undefined) {
    const what = `property ${quoted(property.name)} on ${owner.instance(call)} instance cannot be set`;
    throw new QubesError('QubesPropertyValueError', what);
  }
  await owner.change(call, property.edit(call.view, owner.subject(call), value));
}

function requireProperty<S>(owner: Owner<S>, call: Call): Property<S> {
  const properties = owner.properties(call);
  const found = properties.get(call.argument);
  if (found !== undefined) return found;
  const near = nearestName(call.argument, properties.keys());
  const hint = near === undefined ? '' : `, did you mean ${near}?`;
  throw new QubesError('QubesNoSuchPropertyError', `Invalid property ${quoted(call.argument)} of ${owner.kind}${hint}`);
}
