import type { Store } from '../engine/store.ts';
import type { RedisClient } from './redis/client.ts';
import { createConnection, type Replicas } from './redis/connection.ts';
import { answerOf, type Context } from './redis/context.ts';
import { createEverybody } from './redis/everybody.ts';
import { createFollower } from './redis/follow.ts';
import { unmarked } from './redis/fields.ts';
import { createKeys } from './redis/keys.ts';
import { createNotes } from './redis/notes.ts';
import { createSessionSteps } from './redis/session-steps.ts';
import { createTypeIndex } from './redis/type-index.ts';
import { createUserSteps } from './redis/user-steps.ts';

export type { RedisClient, Subscription } from './redis/client.ts';
export type { Replicas } from './redis/connection.ts';
export { fromIoredis, type Ioredis } from './redis/from-ioredis.ts';
export { fromNodeRedis, type NodeRedis } from './redis/from-node-redis.ts';
export { fromUpstash, type UpstashRedis } from './redis/from-upstash.ts';
export { createRedisLimits, type AllowedUses, type RedisLimits, type RedisLimitsOptions } from './redis/limits.ts';
export { createRedisReplayGuard, type RedisReplayGuard, type RedisReplayGuardOptions } from './redis/replay-guard.ts';

/** What {@link createRedisStore} takes. */
export interface RedisStoreOptions {
  /** A client of yours, through `fromNodeRedis`, `fromIoredis` or `fromUpstash`. */
  client: RedisClient;
  /** Leads the name of every key. Default `'sj:'`; a short one saves memory. */
  prefix?: string;
  /** How many events of each user are kept; they leave 7 days after the last. Default 200. */
  eventLimit?: number;
  /** How many events of all users are kept for servers that lost the connection, about. Default 10 000. */
  recentLimit?: number;
  /** After how many milliseconds an operation without an answer is `store_unavailable`. Default 2000. */
  timeoutMs?: number;
  /**
   * How many replicas must have a sign-in, a sign-out, a revocation or the death of a stolen session before it is acknowledged,
   * and how long to wait for them (`WAIT`). Without enough of them the operation is `store_unavailable`, and may have happened:
   * ask again. `WAIT` holds up its connection, so a replica that is away slows down everything that shares it. Set
   * `min-replicas-to-write` in Redis, too. Default null: the master alone. Not with `fromUpstash`.
   */
  replicas?: Replicas | null;
  /** How often what other servers logged is asked for, beside the channel that tells it at once; in milliseconds. Default 1000. */
  followPollMs?: number;
  /** Whose time decides: that of Redis, or that of the caller (for tests that move the time). Default `'store'`. */
  clock?: 'store' | 'caller';
}

/**
 * A store in Redis 7.0 or newer, a Redis Cluster or Upstash, for any number of servers. Each operation is one script, which Redis
 * does wholly or not at all. Dead sessions leave by themselves: `sweep` finds none, and nobody's expiry is logged before somebody
 * asks for the session, or for `sweepUser`.
 *
 * What is acknowledged is as safe as your Redis is. Turn on `appendonly`; set `maxmemory-policy noeviction` (a Redis that drops
 * keys forgets who was signed out); name `replicas` where a replica may take over. Refreshes that a failover forgets heal by
 * themselves. A command whose answer got lost may be sent again by the client: a write of data then conflicts with itself, and
 * an end finds the session ended. `close` ends what the store began, and leaves your client open.
 *
 * @throws SessionError `not_supported` for `replicas` with a client that cannot wait for them; `store_unavailable` (503, try
 *   again after a second) from every operation when Redis does not answer.
 */
export function createRedisStore(options: RedisStoreOptions): Store {
  const { client, prefix = 'sj:', eventLimit = 200, recentLimit = 10_000 } = options;
  const { timeoutMs = 2000, replicas = null, followPollMs = 1000, clock = 'store' } = options;
  const keys = createKeys(prefix);
  const origin = crypto.randomUUID();
  const connection = createConnection(client, { timeoutMs, replicas });
  const follower = createFollower({ client, connection, keys, origin, pollMs: followPollMs, recentLimit });

  const context: Context = {
    connection,
    keys,
    clock: (now) => (clock === 'caller' ? String(now) : ''),
    everybody: () => everybody.notBefore(),
    timeOf: (time, now) => {
      if (clock === 'caller') return now;
      const [seconds, micros] = time as [string, string];
      return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
    },
    runOn: async (script, { tag, sids, now }, args) => {
      const own = [keys.index(tag), keys.notBefore(tag), keys.events(tag)];
      const pairs = sids.flatMap((sid) => [keys.session(tag, sid), keys.long(tag, sid)]);
      const times = `${context.clock(now)} ${await everybody.notBefore()}`;
      const header = [times, tag, keys.channel, origin, String(eventLimit)];
      const reply = await connection.run(script, [...own, ...pairs], [...header, ...args]);
      context.leave(tag, reply.slice(2, 3));
      return answerOf(reply);
    },
    leave: (tag, events) => {
      for (const event of events) if (unmarked(event) !== null) follower.leave(String(event), tag);
    },
  };
  const everybody = createEverybody({ connection, keys, origin, clock: context.clock, leave: context.leave });
  const types = createTypeIndex(context);
  const users = createUserSteps(context);

  return {
    ...createSessionSteps(context),
    ...users,
    ...createNotes(context),
    create: async (user, session, limit, now) => {
      await types.add(session);
      return users.create(user, session, limit, now);
    },
    raiseEverybody: everybody.raise,
    ofType: types.ofType,
    sweep: async (now) => {
      await types.sweep(now);
      return { removed: 0, events: [] };
    },
    follow: follower.follow,
    close: () => {
      follower.close();
      connection.close();
    },
  };
}
