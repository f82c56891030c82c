import { isEverywhere, LABELS, labelsOf, labelsText, type QubeLabel, requireLabel } from '../labels.ts';
import { quoted } from '../python-text.ts';
import { QubesError } from '../qubes-error.ts';
import { lines } from './listing.ts';
import { asciiPayload, type Call, changing, type Methods, showing } from './method.ts';

const ofLab = { destination: 'dom0' } as const;
const named = { destination: 'dom0', argument: 'required' } as const;

/** Colours that qubes are marked with: those that all labs have, and those of this one. */
export const labelMethods: Methods = {
  'admin.label.List': showing(ofLab, ({ view }) => lines(labelsOf(view.topology).map(({ name }) => name))),
  'admin.label.Get': showing(named, ({ view, argument }) => requireLabel(view.topology, argument).colour),
  'admin.label.Index': showing(named, ({ view, argument }) => String(requireLabel(view.topology, argument).index)),
  'admin.label.Create': changing({ ...named, payload: 'required' }, async (call) => {
    const { argument: name, view } = call;
    const colour = asciiPayload(call)?.toLowerCase() ?? '';
    const labels = labelsOf(view.topology);
    if (!/^[A-Za-z0-9._-]+$/.test(name) || /^[0-9]+$/.test(name)) {
      throw new QubesError('QubesInvalidLabelNameError', `Invalid label name: ${quoted(name)}`);
    }
    if (labels.some((label) => label.name === name)) {
      throw new QubesError('QubesValueError', `Label already exists: ${name}`);
    }
    if (!/^0x[0-9a-f]{6}$/.test(colour)) {
      throw new QubesError('QubesInvalidLabelColorError', `Invalid label colour: ${quoted(colour)}, expected 0xRRGGBB`);
    }
    const index = Math.max(...labels.map((label) => label.index)) + 1;
    await keep(call, [...labels, { name, index, colour }]);
  }),
  'admin.label.Remove': changing(named, async (call) => {
    const { topology } = call.view;
    const label = requireLabel(topology, call.argument);
    if (isEverywhere(label.index)) throw new QubesError('QubesException', `${label.name} is a label of every lab`);
    const marks = (text: string | undefined) => text === label.name || text === String(label.index);
    const users = topology.nodes.filter(({ attributes }) => marks(attributes['qn_label'])).map(({ name }) => name);
    if (users.length > 0 || marks(topology.attributes['qn_label'])) {
      throw new QubesError(
        'QubesLabelInUseError',
        `Label is in use: ${label.name}${users.length === 0 ? '' : `, by ${users.join(', ')}`}`,
      );
    }
    const rest = labelsOf(topology).filter(({ index }) => index !== label.index);
    await keep(call, rest);
  }),
};

async function keep({ lab }: Call, labels: readonly QubeLabel[]): Promise<void> {
  await lab.change([{ change: 'graph', attributes: { [LABELS]: labelsText(labels) } }]);
}
