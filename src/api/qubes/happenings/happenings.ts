import type { QubesNews } from '../../../boundary/qubes-lab.ts';
import type { QubesEvent } from '../wire/event.ts';
import { desiredEvents } from './desired-events.ts';
import { lifeEvents } from './life-events.ts';

/** What happens in a lab, as events of the Admin API, in their order (specs of it, section 3.5). */
export function happeningsOf(news: QubesNews): readonly QubesEvent[] {
  switch (news.kind) {
    case 'desired':
      return desiredEvents(news.before, news.after);
    case 'node':
      return lifeEvents(news);
    case 'firewall':
      return [{ subject: news.node, event: 'firewall-changed', parameters: [] }];
    case 'uplink':
      return [{ subject: news.provider, event: 'net-domain-connect', parameters: [['vm', news.client]] }];
  }
}
