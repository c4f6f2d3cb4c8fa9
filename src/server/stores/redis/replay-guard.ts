import { encodeBase64url } from '../../engine/base64url.ts';
import type { RedisClient } from './client.ts';
import { createConnection } from './connection.ts';
import { marked } from './fields.ts';
import { hashOf } from './hash-of.ts';

/** What {@link createRedisReplayGuard} takes. */
export interface RedisReplayGuardOptions {
  /** A client of yours, through `fromNodeRedis`, `fromIoredis` or `fromUpstash`; that of the store will do. */
  client: RedisClient;
  /** Leads the name of every key. Default `'sj:'`, as in the store. */
  prefix?: string;
  /** How long a used proof is remembered, in milliseconds. Default: 300 000, the life of a nonce; a shorter time lets proofs in twice. */
  lifeMs?: number;
  /** After how many milliseconds a question without an answer is `store_unavailable`. Default 2000. */
  timeoutMs?: number;
}

/** Knows which proofs were used at any of the servers. */
export interface RedisReplayGuard {
  /** @throws SessionError `store_unavailable` when Redis does not answer */
  isFirstUse(id: string): Promise<boolean>;
}

/**
 * A replay guard for many servers: a proof that one of them has taken is refused by all (RFC 9449 section 11.1). One command a
 * proof, `SET NX PX` of a hash; they leave by themselves. While Redis is away no proof is taken.
 *
 * @example
 * ```ts
 * const replays = createRedisReplayGuard({ client: fromNodeRedis(client) });
 * createSessionServer({ ..., dpop: { replays, nonceSecret } });
 * ```
 */
export function createRedisReplayGuard(options: RedisReplayGuardOptions): RedisReplayGuard {
  const { client, prefix = 'sj:', lifeMs = 300_000, timeoutMs = 2000 } = options;
  const connection = createConnection(client, { timeoutMs, replicas: null });
  return {
    isFirstUse: async (id) => {
      const key = `${prefix}proof:${await hashOf(id)}`;
      // A client that lost the answer sends the command again: it then finds its own mark, and that is a first use.
      const mark = marked(encodeBase64url(crypto.getRandomValues(new Uint8Array(6))));
      const found = await connection.send(key, ['set', key, mark, 'nx', 'get', 'px', String(lifeMs)]);
      return found === null || found === mark;
    },
  };
}
