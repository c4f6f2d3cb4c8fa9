// Stores on a real Redis, through each of the clients that an app may have.
import { Redis as Upstash } from '@upstash/redis';
import { Redis as Ioredis } from 'ioredis';
import { createClient } from 'redis';
import {
  createRedisStore,
  fromIoredis,
  fromNodeRedis,
  fromUpstash,
  type RedisClient,
  type RedisStoreOptions,
} from '../../../../src/server/stores/redis.ts';
import type { Store } from '../../../../src/server/engine/store.ts';

/** A client that the store is handed, and what closes it. */
export interface Handed {
  client: RedisClient;
  close(): Promise<void> | void;
}

/** A client of node-redis. */
export async function nodeRedis(url: string): Promise<Handed> {
  const client = createClient({ url });
  // Reported by what the store answers.
  client.on('error', () => {});
  await client.connect();
  return { client: fromNodeRedis(client), close: () => client.destroy() };
}

/** A client of ioredis. */
export function ioredis(url: string): Handed {
  const client = new Ioredis(url);
  client.on('error', () => {});
  return { client: fromIoredis(client), close: () => client.disconnect() };
}

/** A client of Upstash, over HTTP. */
export function upstash(url: string, token: string): Handed {
  return { client: fromUpstash(new Upstash({ url, token })), close: () => {} };
}

let number = 0;

/** A store under names of its own, which the caller's clock decides. */
export function emptyStore({ client }: Handed, options: Partial<RedisStoreOptions> = {}): Store {
  return createRedisStore({ client, prefix: `test${number++}:`, clock: 'caller', ...options });
}
