import type { Qube } from '../qubes.ts';
import { QubesError } from '../qubes-error.ts';
import { lines } from './listing.ts';
import { changeNode, changing, type Methods, showing } from './method.ts';

/** The attribute that holds tags. */
export const TAGS = 'qn_tags';

const named = { argument: 'required' } as const;

export const tagMethods: Methods = {
  'admin.vm.tag.List': showing({}, ({ qube }) => lines(tagsOf(qube))),
  'admin.vm.tag.Get': showing(named, ({ qube, argument }) => (tagsOf(qube).includes(requireTag(argument)) ? '1' : '0')),
  'admin.vm.tag.Set': changing(named, async (call) => {
    const tag = requireTag(call.argument);
    if (!tagsOf(call.qube).includes(tag)) await changeNode(call, (now) => kept([...tagsOf(now), tag]));
  }),
  'admin.vm.tag.Remove': changing(named, async (call) => {
    const tag = requireTag(call.argument);
    if (!tagsOf(call.qube).includes(tag)) {
      throw new QubesError('QubesTagNotFoundError', `Tag not set for domain ${call.qube.name}: ${tag}`);
    }
    await changeNode(call, (now) => kept(tagsOf(now).filter((each) => each !== tag)));
  }),
};

/** Sorted. */
export function tagsOf({ node }: Pick<Qube, 'node'>): readonly string[] {
  return [...new Set((node?.attributes[TAGS] ?? '').split(/[ ,\n]+/).filter((tag) => tag !== ''))].sort();
}

function kept(tags: readonly string[]) {
  return { [TAGS]: [...new Set(tags)].sort().join(' ') || null };
}

function requireTag(untrusted: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(untrusted)) return untrusted;
  throw new QubesError('QubesInvalidTagError', 'disallowed characters');
}
