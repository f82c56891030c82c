import type { QubesLab, QubesView } from '../../../boundary/qubes-lab.ts';
import type { AttributeChanges } from '../../../model/change.ts';
import { decodeUtf8 } from '../../../model/utf8.ts';
import { type Qube, requireQube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import type { QubesEvent } from '../wire/event.ts';

/** One call of a method, its destination found, and argument and payload there or not as the method wants it. */
export interface Call {
  readonly lab: QubesLab;
  /** The lab as it was when the call came. */
  readonly view: QubesView;
  readonly qube: Qube;
  readonly source: Qube;
  /** Not looked at yet, and so is the payload. */
  readonly argument: string;
  readonly payload: Uint8Array;
}

/** What a method wants: `any` leaves it to the method. */
export interface Wants {
  readonly argument: 'required' | 'none' | 'any';
  readonly payload: 'required' | 'none' | 'any';
  readonly destination: 'dom0' | 'qube' | 'any';
  /** It changes the lab: not for those who may only look. */
  readonly changes: boolean;
}

/** A method that is answered once, with text. */
export interface AnsweredMethod extends Wants {
  readonly answer: (call: Call) => string | Promise<string>;
}

/** A method that tells events until the client goes, or the function that it gives is called. */
export interface FollowedMethod extends Wants {
  readonly follow: (call: Call, tell: (event: QubesEvent) => void) => () => void;
}

export type Method = AnsweredMethod | FollowedMethod;

export type Methods = Readonly<Record<string, Method>>;

type Answer = AnsweredMethod['answer'];
type Options = Partial<Omit<Wants, 'changes'>>;

/** Wants neither argument nor payload, and has any destination, where nothing else is said. */
const PLAIN: Omit<Wants, 'changes'> = { argument: 'none', payload: 'none', destination: 'any' };

export function showing(wants: Options, answer: Answer): AnsweredMethod {
  return { ...PLAIN, ...wants, changes: false, answer };
}

export function changing(wants: Options, answer: (call: Call) => Promise<unknown>): AnsweredMethod {
  const carryOut = async (call: Call) => {
    await answer(call);
    return '';
  };
  return { ...PLAIN, ...wants, changes: true, answer: carryOut };
}

export function following(follow: FollowedMethod['follow']): FollowedMethod {
  return { ...PLAIN, changes: false, follow };
}

/** The payload as text; undefined where it is not ASCII. */
export function asciiPayload({ payload }: Call): string | undefined {
  return payload.some((byte) => byte >= 0x80) ? undefined : decodeUtf8(payload);
}

/**
 * Edits attributes of the destination, by a function where that depends on what they are. The machine becomes a node of the lab where it is none
 * yet; a QubesException where nothing could keep them.
 */
export async function changeNode(
  { lab, qube }: Call,
  attributes: AttributeChanges | ((now: Pick<Qube, 'node'>) => AttributeChanges),
): Promise<void> {
  if (qube.class === 'TemplateVM') throw keepsNothing(qube, `${qube.name} is a template, whose file says what it is`);
  await lab.change((view) => {
    const { node } = qube.class === 'AdminVM' ? requireQube(view, qube.name) : { node: view.nodes.get(qube.name) };
    if (node === undefined && view.nodes.has(HOST))
      throw keepsNothing(qube, `the node ${HOST} is something else than the machine`);
    const made = { change: 'create', node: HOST, kind: 'host', template: undefined, attributes: {} } as const;
    const edit = typeof attributes === 'function' ? attributes({ node }) : attributes;
    return [...(node === undefined ? [made] : []), { change: 'node', node: node?.name ?? HOST, attributes: edit }];
  });
}

/** What topologies call the machine. */
const HOST = 'host';

function keepsNothing({ name }: Qube, why: string): QubesError {
  return new QubesError('QubesException', `${name} keeps no settings: ${why}`);
}
