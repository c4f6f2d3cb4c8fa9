import type { Exchange } from './evidence.ts';

/** One less than the server remembers: what it decided just before it was killed, nobody saw. */
const remembered = 4;

/**
 * Whether a late request is so late that the network loses it. The server tells a late request from a thief's for five
 * generations; with tokens of minutes that is longer than anything is on its way, with tokens of 5 seconds it is not.
 */
export function isTooLate({ at, session }: Exchange, exchanges: readonly Exchange[]): boolean {
  const since = exchanges.filter((each) => each.session === session && (each.answeredAt ?? 0) >= at);
  const successors = new Set(since.flatMap(({ successor }) => (successor === null ? [] : [successor])));
  return successors.size > remembered;
}
