import type { Change } from '../../../model/change.ts';
import type { Topology } from '../../../model/topology.ts';
import { isEverywhere, LABELS, labelsOf, labelsText, type QubeLabel, requireLabel } from '../labels.ts';
import { quoted } from '../python-text.ts';
import { QubesError } from '../qubes-error.ts';
import { lines } from './listing.ts';
import { asciiPayload, changing, type Methods, showing } from './method.ts';

const ofLab = { destination: 'dom0' } as const;
const named = { destination: 'dom0', argument: 'required' } as const;

/** Colours that qubes are marked with: those that all labs have, and those of this one. */
export const labelMethods: Methods = {
  'admin.label.List': showing(ofLab, ({ view }) => lines(labelsOf(view.topology).map(({ name }) => name))),
  'admin.label.Get': showing(named, ({ view, argument }) => requireLabel(view.topology, argument).colour),
  'admin.label.Index': showing(named, ({ view, argument }) => String(requireLabel(view.topology, argument).index)),
  'admin.label.Create': changing({ ...named, payload: 'required' }, async (call) => {
    const { argument: name, lab } = call;
    const colour = asciiPayload(call)?.toLowerCase() ?? '';
    if (!/^[A-Za-z0-9._-]+$/.test(name) || /^[0-9]+$/.test(name)) {
      throw new QubesError('QubesInvalidLabelNameError', `Invalid label name: ${quoted(name)}`);
    }
    if (!/^0x[0-9a-f]{6}$/.test(colour)) {
      throw new QubesError('QubesInvalidLabelColorError', `Invalid label colour: ${quoted(colour)}, expected 0xRRGGBB`);
    }
    await lab.change(({ topology }) => {
      const labels = labelsOf(topology);
      if (labels.some((label) => label.name === name)) {
        throw new QubesError('QubesValueError', `Label already exists: ${name}`);
      }
      const index = Math.max(...labels.map((label) => label.index)) + 1;
      return kept([...labels, { name, index, colour }]);
    });
  }),
  'admin.label.Remove': changing(named, async ({ argument, lab }) => {
    await lab.change(({ topology }) => {
      const label = requireLabel(topology, argument);
      refuseInUse(topology, label);
      return kept(labelsOf(topology).filter(({ index }) => index !== label.index));
    });
  }),
};

function refuseInUse({ attributes: shared, nodes }: Topology, { name, index }: QubeLabel): void {
  if (isEverywhere(index)) throw new QubesError('QubesException', `${name} is a label of every lab`);
  const marks = (text: string | undefined) => text === name || text === String(index);
  const users = nodes.flatMap((node) => (marks(node.attributes['qn_label']) ? [node.name] : []));
  if (users.length === 0 && !marks(shared['qn_label'])) return;
  throw new QubesError('QubesLabelInUseError', `Label is in use: ${name}${users.length === 0 ? '' : `, by ${users.join(', ')}`}`);
}

function kept(labels: readonly QubeLabel[]): readonly Change[] {
  return [{ change: 'graph', attributes: { [LABELS]: labelsText(labels) } }];
}
