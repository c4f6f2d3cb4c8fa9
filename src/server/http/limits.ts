import { durationMs } from '../../protocol/duration.ts';
import type { Clock } from '../engine/ports.ts';
import { createRateLimit, unlimited, type Limit, type RateLimit, type UseCount } from './rate-limit.ts';
import { Refusal } from './refusal.ts';

/** How often things may be asked for; what is beyond is answered 429 with `Retry-After`. */
export interface LimitOptions {
  /** Sign-ins from one address; of IPv6, from one network of 64 bits. Default: 60 a minute. Needs `clientAddress`. */
  signInPerAddress?: Limit;
  /** Sign-ins that failed for one account, whether or not it exists. Default: 10 in 5 minutes. */
  signInPerAccount?: Limit;
  /** Refreshes of one session. Default: 300 a minute; 200 tabs may ask for the same one at once. */
  refreshPerSession?: Limit;
  /** Touches and writes of data by one session. Default: 600 a minute. */
  writePerSession?: Limit;
}

/**
 * Counts uses for many servers: `createRedisLimits`. `name` is that of the limit, `key` whom it is for; `count` uses are allowed in
 * `perMs`, all at once if need be.
 */
export interface SharedLimits {
  /** Counts one use. Answers 0, or the milliseconds to wait, and then nothing was counted. */
  take(name: string, key: string, limit: { count: number; perMs: number }): Promise<number>;
  /** Takes one use back. */
  giveBack(name: string, key: string, limit: { count: number; perMs: number }): Promise<void>;
}

/** The limits of a server, each by its key. Those on sign-ins may be counted by many servers together. */
export type Limits = Record<'signInPerAddress' | 'signInPerAccount', UseCount> &
  Record<'refreshPerSession' | 'writePerSession', RateLimit>;

const defaults: Required<LimitOptions> = {
  signInPerAddress: { count: 60, per: '1m' },
  signInPerAccount: { count: 10, per: '5m' },
  refreshPerSession: { count: 300, per: '1m' },
  writePerSession: { count: 600, per: '1m' },
};

/** Counters in memory, for one process, and `shared` ones for sign-ins where there are any. `false` turns every limit off. */
export function createLimits(options: LimitOptions | false, clock: Clock, shared: SharedLimits | null): Limits {
  const limit = (name: keyof LimitOptions): RateLimit =>
    options === false ? unlimited : createRateLimit(options[name] ?? defaults[name], clock);
  const together = (name: keyof LimitOptions): UseCount => {
    if (options === false || shared === null) return limit(name);
    const { count, per } = options[name] ?? defaults[name];
    const allowed = { count, perMs: durationMs(per) };
    return {
      take: async (key) => shared.take(name, key, allowed),
      giveBack: async (key) => shared.giveBack(name, key, allowed),
    };
  };
  return {
    signInPerAddress: together('signInPerAddress'),
    signInPerAccount: together('signInPerAccount'),
    refreshPerSession: limit('refreshPerSession'),
    writePerSession: limit('writePerSession'),
  };
}

/** @throws SessionError `rate_limited` when there is something to wait for */
export function demand(waitMs: number): void {
  if (waitMs > 0) throw new Refusal('rate_limited', 'Too many requests; wait and try again.', { retryAfterMs: waitMs });
}
