import { nonceLifeMs } from './dpop-nonces.ts';

/**
 * Knows which proofs were used (RFC 9449 section 11.1). `createReplayGuard` knows those of one process,
 * `createRedisReplayGuard` (`sojourn/server/stores/redis`) those of all servers that share a Redis.
 */
export interface ReplayGuard {
  /**
   * True the first time, false for every further one while the proof could still be accepted. A guard that cannot say throws
   * (`store_unavailable`), and the request is not answered.
   */
  isFirstUse(id: string, now: number): boolean | Promise<boolean>;
}

/** A guard that knows at once. */
export interface MemoryReplayGuard extends ReplayGuard {
  isFirstUse(id: string, now: number): boolean;
}

/**
 * Remembers ids for at least the life of a nonce, which is longer than any proof without one is accepted, in two
 * generations. Under a flood of more than `limit` proofs in that time the oldest half is forgotten: then a proof could be
 * replayed by somebody who saw it within its life, but nobody else is turned away.
 */
export function createReplayGuard(limit = 200_000): MemoryReplayGuard {
  let young = new Set<string>();
  let old = new Set<string>();
  let turnedAt = Number.NEGATIVE_INFINITY;

  return {
    isFirstUse: (id, now) => {
      if (now >= turnedAt + nonceLifeMs || young.size >= limit / 2) {
        old = now >= turnedAt + 2 * nonceLifeMs ? new Set() : young;
        young = new Set();
        turnedAt = now;
      }
      if (young.has(id) || old.has(id)) return false;
      young.add(id);
      return true;
    },
  };
}
