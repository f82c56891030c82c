import { labelsOf, requireLabel } from '../labels.ts';
import type { Qube } from '../qubes.ts';
import { kept, ON_QUBE } from './kept.ts';
import type { Property } from './property.ts';

const property: Property = kept(ON_QUBE, {
  name: 'label',
  help: 'The colour that it is marked with.',
  form: {
    type: 'label',
    read: ({ topology }, text) => labelsOf(topology).find(({ name, index }) => text === name || text === String(index))?.name,
    write: ({ topology }, untrusted) => requireLabel(topology, untrusted).name,
  },
  fallback: 'red',
});

/** The label of a qube, which has always one, and none by default. */
export const label: Property = {
  ...property,
  inherited: () => undefined,
  chosen: (view, qube) => property.chosen?.(view, qube) ?? classLabel(qube) ?? property.inherited(view, qube),
};

/** The machine and templates are black, as Qubes has them. */
function classLabel(qube: Qube): string | undefined {
  return qube.class === 'AdminVM' || qube.class === 'TemplateVM' ? 'black' : undefined;
}
