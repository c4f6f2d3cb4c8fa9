import type { RedisClient } from './client.ts';
import { createConnection } from './connection.ts';
import { hashOf } from './hash-of.ts';

/** What {@link createRedisLimits} takes. */
export interface RedisLimitsOptions {
  /** A client of yours, through `fromNodeRedis`, `fromIoredis` or `fromUpstash`; that of the store will do. */
  client: RedisClient;
  /** Leads the name of every key. Default `'sj:'`, as in the store. */
  prefix?: string;
  /** After how many milliseconds a question without an answer is `store_unavailable`. Default 2000. */
  timeoutMs?: number;
}

/** How many uses are allowed, all at once if need be, and in how many milliseconds. */
export interface AllowedUses {
  count: number;
  perMs: number;
}

/** Limits that many servers count together. */
export interface RedisLimits {
  /** @throws SessionError `store_unavailable` when Redis does not answer */
  take(name: string, key: string, limit: AllowedUses): Promise<number>;
  /** @throws SessionError `store_unavailable` when Redis does not answer */
  giveBack(name: string, key: string, limit: AllowedUses): Promise<void>;
}

/**
 * Counts sign-ins for many servers: without it, `n` servers let somebody guess `n` times as often. One script a count; what is kept
 * is one number under a hash, so that no account's name lies in Redis, and it leaves by itself. While Redis is away nobody signs in.
 *
 * @example
 * ```ts
 * const sharedLimits = createRedisLimits({ client: fromNodeRedis(client) });
 * createSessionServer({ ..., sharedLimits });
 * ```
 */
export function createRedisLimits({ client, prefix = 'sj:', timeoutMs = 2000 }: RedisLimitsOptions): RedisLimits {
  const connection = createConnection(client, { timeoutMs, replicas: null });

  async function run(
    script: 'takeUse' | 'giveUseBack',
    name: string,
    key: string,
    limit: AllowedUses,
  ): Promise<readonly unknown[]> {
    const place = `${prefix}limit:${name}:${await hashOf(key)}`;
    return connection.run(script, [place], [String(limit.perMs / limit.count), String(limit.perMs)]);
  }

  return {
    take: async (name, key, limit) => Number((await run('takeUse', name, key, limit))[0]),
    giveBack: async (name, key, limit) => void (await run('giveUseBack', name, key, limit)),
  };
}
