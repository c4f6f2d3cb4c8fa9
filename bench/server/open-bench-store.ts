// The stores by URL, as `sojourn serve --store` names them, with a choice of how many events are kept.
import type { Store } from '../../src/server/engine/store.ts';

/** `memory`, `sqlite:<path>` or `redis://…`. */
export async function openBenchStore(url: string, options: { eventLimit?: number } = {}): Promise<Store> {
  if (url.startsWith('sqlite:')) {
    const { createSqliteStore } = await import('../../src/server/stores/sqlite.ts');
    return createSqliteStore({ path: url.slice('sqlite:'.length), ...options });
  }
  if (url.startsWith('redis:')) {
    const { createClient } = await import('redis');
    const { createRedisStore, fromNodeRedis } = await import('../../src/server/stores/redis.ts');
    const client = await createClient({ url }).connect();
    return createRedisStore({ client: fromNodeRedis(client), ...options });
  }
  const { createMemoryStore } = await import('../../src/server/stores/memory.ts');
  return createMemoryStore(options);
}
