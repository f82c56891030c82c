import type { NodeHandle } from '../../boundary/driver.ts';
import { HostError } from '../../boundary/host-error.ts';
import type { AskNameServer, NameAnswer } from '../../boundary/name-lookup.ts';
import { lookUpInGuest } from './guest-names.ts';

/** A node as whoever asks for names. */
export interface NameAsker {
  readonly name: string;
  /** Of a guest. */
  readonly handle: NodeHandle | undefined;
  /** The name servers that it uses itself. */
  readonly servers: readonly string[];
}

/** Looks up a name as a node would itself; rejects with a HostError where nobody answers. */
export type LookUpName = (asker: NameAsker, name: string) => Promise<NameAnswer>;

/** How long one name server may take. Milliseconds. */
const deadline = 2000;

/** In a namespace its name servers are asked, in their order until one answers; a guest asks by itself. */
export function nameLookup(ask: AskNameServer): LookUpName {
  return async ({ handle, name: netns, servers }, name) => {
    if (handle !== undefined) return await lookUpInGuest(handle, name);
    let failure = new HostError('no-answer', `${netns} knows no name server`);
    for (const server of servers) {
      try {
        return await ask({ netns, server, name }, deadline);
      } catch (reason) {
        if (!(reason instanceof HostError)) throw reason;
        failure = reason;
      }
    }
    throw failure;
  };
}
