import type { LabEvent } from '../../model/lab-event.ts';
import type { EventWish, LabEvents } from './lab-events.ts';

/** Tells a client events, as fast as it takes them, until it goes or there are no more; with `past` those that were alone. Gives why it ended. */
export async function tellEvents(
  events: LabEvents,
  wish: EventWish,
  past: boolean,
  tell: (event: LabEvent) => void,
  client: { readonly gone: Promise<void>; drained(): Promise<void> },
): Promise<{ readonly ended: 'down' | 'engine' | 'past' }> {
  const reader = events.read(wish);
  void client.gone.then(() => reader.close());
  if (past) reader.close();
  for (;;) {
    const news = await reader.next();
    if (typeof news === 'string') return { ended: news === 'closed' ? 'past' : news };
    for (const event of news) tell(event);
    await client.drained();
  }
}
