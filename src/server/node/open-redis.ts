import type { createClient } from 'redis';
import { SessionError } from '../../protocol/session-error.ts';
import type { Store } from '../engine/store.ts';
import type { SharedLimits } from '../http/limits.ts';
import type { ReplayGuard } from '../tokens/replay-guard.ts';

/** A store in Redis, and the end of the connection to it. */
export interface OpenedRedis {
  store: Store;
  /** So that a proof which one server has taken is refused by the others. */
  replays: ReplayGuard;
  /** So that sign-ins are counted by all servers together. */
  limits: SharedLimits;
  close: () => Promise<void>;
}

const connectTimeoutMs = 5000;
const slowestRetryMs = 2000;

/**
 * Connects to the Redis of a URL, by the package `redis`, which the app installs when it wants this.
 *
 * @throws SessionError `not_supported` without that package, `store_unavailable` when Redis does not answer
 */
export async function openRedis(url: string): Promise<OpenedRedis> {
  const redis = await loadPackage();
  let isConnected = false;
  const client = redis.createClient({
    url,
    // While Redis is away, requests are answered 503 at once, and not kept waiting for it.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: connectTimeoutMs,
      reconnectStrategy: (retries) => isConnected && Math.min(50 * 2 ** Math.min(retries, 10), slowestRetryMs),
    },
  });
  // The store says `store_unavailable` to whoever asks; an event that nobody listens to would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (cause) {
    client.destroy();
    throw new SessionError('store_unavailable', `Redis does not answer at ${withoutPassword(url)}; is it running?`, {
      cause,
    });
  }
  isConnected = true;
  const { createRedisLimits, createRedisReplayGuard, createRedisStore, fromNodeRedis } =
    await import('../stores/redis.ts');
  const handed = fromNodeRedis(client);
  return {
    store: createRedisStore({ client: handed }),
    replays: createRedisReplayGuard({ client: handed }),
    limits: createRedisLimits({ client: handed }),
    close: async () => void (client.isOpen && (await client.close())),
  };
}

/** A URL for people: its password is nobody's business. */
export function withoutPassword(url: string): string {
  if (!URL.canParse(url)) return 'that URL';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

async function loadPackage(): Promise<{ createClient: typeof createClient }> {
  try {
    return await import('redis');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new SessionError('not_supported', 'A store in Redis needs the package redis: npm install redis', { cause });
  }
}
