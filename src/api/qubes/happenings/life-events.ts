import type { QubesNews } from '../../../boundary/qubes-lab.ts';
import type { QubesEvent } from '../wire/event.ts';

type Parameters = QubesEvent['parameters'];
type NodeNews = Extract<QubesNews, { readonly kind: 'node' }>;

const GUID: Parameters = [['start_guid', 'True']];
/** What a domain of Xen has while it runs alone. */
const LIVE_PROPERTIES = ['xid', 'stubdom_xid', 'start_time'];

/** What happens to a qube in its life. */
export function lifeEvents({ node, state, reason = '', by }: NodeNews): readonly QubesEvent[] {
  const of = (...events: readonly (readonly [event: string, parameters?: Parameters])[]): readonly QubesEvent[] =>
    events.map(([event, parameters = []]) => ({ subject: node, event, parameters }));
  const live = LIVE_PROPERTIES.map((name) => [`property-reset:${name}`, [['name', name]]] as const);
  switch (state) {
    case 'launching':
      return of(['domain-pre-start', [...GUID, ['mem_required', 'None']]], ['domain-pre-spawn', GUID]);
    case 'launched':
      return of(...live, ['domain-spawn', GUID], ['domain-qdb-create'], ['domain-pre-unpaused'], ['domain-unpaused']);
    case 'ready':
      return of(['domain-start', GUID]);
    case 'failed':
      return of(['domain-start-failed', [['reason', reason]]]);
    case 'paused':
      return of(['domain-pre-paused'], ['domain-paused']);
    case 'unpaused':
      return of(['domain-pre-unpaused'], ['domain-unpaused']);
    case 'stopping':
      return by === 'kill' ? [] : of(['domain-pre-shutdown', [['force', by === 'force' ? 'True' : 'False']]]);
    case 'stopped':
    case 'lost':
      return of(['domain-stopped'], ...live, ['domain-shutdown']);
    case 'shutdown':
      // The guest has shut itself down; that its process has ended is told next.
      return [];
  }
}
