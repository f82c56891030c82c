import type { KernelOp } from '../../boundary/kernel.ts';
import { getLink, setLink } from '../netlink/links.ts';
import { type PassingState, passingState, restoreState } from '../netlink/passing-state.ts';
import type { Namespaces } from './namespaces.ts';

interface Kept {
  readonly index: number;
  readonly state: PassingState;
}

/** What interfaces had when they were unplugged; known as long as the worker lives. */
export class Unplugged {
  readonly #kept = new Map<string, Kept>();

  plug(namespaces: Namespaces, { netns, name, on }: Extract<KernelOp, { op: 'plug' }>): void {
    const socket = namespaces.socket(netns);
    const { index, up } = getLink(socket, name);
    if (up === on) return;
    const key = `${netns}\n${name}`;
    if (!on) this.#kept.set(key, { index, state: passingState(socket, index) });
    setLink(socket, name, { up: on });
    if (!on) return;
    const kept = this.#kept.get(key);
    this.#kept.delete(key);
    if (kept?.index === index) restoreState(socket, kept.state);
  }
}
