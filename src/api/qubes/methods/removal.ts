import type { QubesView } from '../../../boundary/qubes-lab.ts';
import { propertiesOf } from '../properties/qube-properties.ts';
import { quoted } from '../python-text.ts';
import { DISPOSABLE, type Qube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { changing, type Methods } from './method.ts';

export const removalMethods: Methods = {
  'admin.vm.Remove': changing({}, async ({ lab, view, qube }) => {
    if (qube.class === 'AdminVM') throw new QubesError('QubesVMInUseError', "'dom0' cannot be removed");
    if (view.activity(qube.name) !== 'halted') {
      throw new QubesError('QubesVMNotHaltedError', `Domain is not powered off: ${quoted(qube.name)}`);
    }
    const users = usersOf(view, qube);
    if (users.length > 0) {
      throw new QubesError('QubesVMInUseError', `Domain is in use: ${quoted(qube.name)}; it is ${users.join(', ')}`);
    }
    await lab.change([{ change: 'remove', node: qube.name }]);
  }),
};

/** Attributes that name other qubes, and what they are to their node. */
const REFERENCES: readonly (readonly [attribute: string, property: string])[] = [
  ...[...propertiesOf({ class: 'AppVM' }).values()].flatMap(({ name, type, attribute }) =>
    type === 'vm' && attribute !== undefined ? [[attribute, name] as const] : [],
  ),
  [DISPOSABLE, 'template'],
];
const LAB_REFERENCES = ['qn_default_netvm', 'qn_clockvm', 'qn_updatevm', 'qn_default_template'];

/** What a qube is to others, for a message; nothing where it can go. */
function usersOf({ topology }: QubesView, { name, class: qubeClass }: Qube): readonly string[] {
  const { nodes, attributes } = topology;
  const isTemplate = qubeClass === 'TemplateVM';
  return [
    ...(isTemplate ? nodes.filter(({ template }) => template === name).map((node) => `the template of ${node.name}`) : []),
    ...nodes.flatMap((node) =>
      (node.name === name ? [] : REFERENCES).flatMap(([attribute, property]) =>
        node.attributes[attribute] === name ? [`the ${property} of ${node.name}`] : [],
      ),
    ),
    ...[...REFERENCES.map(([attribute]) => attribute), ...LAB_REFERENCES]
      .filter((attribute) => attributes[attribute] === name)
      .map((attribute) => `the ${attribute.slice('qn_'.length)} of the lab`),
    ...(isTemplate && attributes['qn_template'] === name ? ['the default template of the lab'] : []),
  ];
}
