import type { Netns } from './kernel.ts';

/** A question for one name server (its IPv4 address), asked from inside a namespace. */
export interface NameQuestion {
  readonly netns: Netns;
  readonly server: string;
  /** Absolute, with or without a dot at its end. */
  readonly name: string;
}

export interface NameAnswer {
  /** All of both families; none where the server says that there is no such name, or that it has none. */
  readonly addresses: readonly string[];
  /** How long that holds, as the server says. Seconds. */
  readonly ttl: number;
}

/** Rejects with a HostError where the server gives no answer within the deadline, or none that says something about the name. */
export type AskNameServer = (question: NameQuestion, deadlineMs: number) => Promise<NameAnswer>;
