import { durationMs, type Duration } from '../../protocol/duration.ts';
import type { Clock } from '../engine/ports.ts';
import { createRecentMap } from '../tokens/recent-map.ts';

/** So many, per so long; all at once if need be. */
export interface Limit {
  count: number;
  per: Duration;
}

/** Counts uses by key, here or with other servers. */
export interface UseCount {
  /** Counts one use. Answers 0, or the milliseconds to wait, and then nothing was counted. */
  take(key: string): number | Promise<number>;
  /** Takes one use back. */
  giveBack(key: string): void | Promise<void>;
}

/** Counts uses in this process. Keeps one number a key, and forgets the oldest keys rather than grow. */
export interface RateLimit extends UseCount {
  take(key: string): number;
  /** The milliseconds to wait before the next use; counts nothing. */
  wait(key: string): number;
  giveBack(key: string): void;
}

const rememberedKeys = 50_000;

/** The generic cell rate algorithm: the number kept is the moment at which all uses so far are paid off. */
export function createRateLimit({ count, per }: Limit, clock: Clock): RateLimit {
  const perMs = durationMs(per);
  const each = perMs / count;
  const paidAt = createRecentMap<number>(rememberedKeys);
  const due = (key: string, now: number): number => Math.max(paidAt.get(key) ?? 0, now);
  const wait = (key: string, now: number): number => Math.max(0, Math.ceil(due(key, now) + each - now - perMs));

  return {
    take: (key) => {
      const now = clock.now();
      const waitMs = wait(key, now);
      if (waitMs === 0) paidAt.set(key, due(key, now) + each);
      return waitMs;
    },
    wait: (key) => wait(key, clock.now()),
    giveBack: (key) => {
      const at = paidAt.get(key);
      if (at !== undefined) paidAt.set(key, at - each);
    },
  };
}

/** A limit that never says no. */
export const unlimited: RateLimit = { take: () => 0, wait: () => 0, giveBack: () => undefined };
