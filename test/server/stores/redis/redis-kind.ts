import { createRedisStore } from '../../../../src/server/stores/redis.ts';
import type { Store } from '../../../../src/server/engine/store.ts';
import { watchDurable } from '../../rotation/durable-steps.ts';
import type { StoreKind, StoreUnderTest } from '../../rotation/stores-under-test.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { ioredis, nodeRedis, type Handed } from './stores-on.ts';

/** A Redis that two servers share, each through another client. */
export const redisKind: StoreKind = {
  name: 'Redis',
  start: () => {
    let running: Promise<{ redis: RunningRedis; clients: [Handed, Handed] }> | null = null;
    let number = 0;
    return {
      make: async () => {
        running ??= start();
        const { clients } = await running;
        return underTest(clients, `kind${number++}`);
      },
      stop: async () => {
        const { redis, clients } = (await running) ?? {};
        for (const { close } of clients ?? []) await close();
        await redis?.stop();
      },
    };
  },
};

async function start(): Promise<{ redis: RunningRedis; clients: [Handed, Handed] }> {
  const redis = await startRedis();
  return { redis, clients: [await nodeRedis(redis.url), ioredis(redis.url)] };
}

/** What a failover leaves is made by doing again what was done up to it, under other names. */
function underTest([here, there]: [Handed, Handed], name: string): StoreUnderTest {
  const open = ({ client }: Handed, prefix: string): Store => {
    const store = createRedisStore({ client, prefix, clock: 'caller', timeoutMs: 30_000 });
    opened.push(store);
    return store;
  };
  const opened: Store[] = [];
  const watched = watchDurable(open(here, `${name}:`));
  return {
    store: watched.store,
    elsewhere: open(there, `${name}:`),
    afterPowerCut: async () => {
      const store = open(here, `${name}-${opened.length}:`);
      await watched.repeat(store);
      return store;
    },
    dispose: async () => {
      for (const store of opened) await store.close();
    },
  };
}
