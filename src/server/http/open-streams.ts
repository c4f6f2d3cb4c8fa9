import { Refusal } from './refusal.ts';

/** The event streams that are open now. */
export interface OpenStreams {
  /** Registers a stream. Answers how to take it off again. @throws Refusal 429 when the user has too many, 503 while stopping */
  add(userId: string, close: () => void): () => void;
  /** Ends all of them, and takes no new ones. Their clients resume elsewhere, by `Last-Event-ID`. */
  drain(): void;
  readonly isDraining: boolean;
  /** How many are open. */
  readonly count: number;
}

const mostPerUser = 20;

/** Streams are counted by user: each one costs a connection, and a browser needs only one. */
export function createOpenStreams(): OpenStreams {
  const byUser = new Map<string, Set<() => void>>();
  let isDraining = false;

  return {
    add: (userId, close) => {
      if (isDraining) throw new Refusal('store_unavailable', 'The server is stopping; connect again.');
      const own = byUser.get(userId) ?? new Set();
      if (own.size >= mostPerUser)
        throw new Refusal('rate_limited', `At most ${mostPerUser} event streams a user are open at once.`, {
          retryAfterMs: 30_000,
        });
      own.add(close);
      byUser.set(userId, own);
      return () => {
        own.delete(close);
        if (own.size === 0) byUser.delete(userId);
      };
    },
    drain: () => {
      isDraining = true;
      for (const own of byUser.values()) for (const close of own) close();
    },
    get count() {
      return [...byUser.values()].reduce((sum, own) => sum + own.size, 0);
    },
    get isDraining() {
      return isDraining;
    },
  };
}
