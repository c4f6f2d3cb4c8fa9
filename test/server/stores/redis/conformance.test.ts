import { afterAll, beforeAll, vi } from 'vitest';
import { startRestBridge, type RestBridge } from '../../../compat/upstash/rest-bridge.ts';
import { testStore } from '../store-conformance.ts';
import { countedLeaving } from './counted-leaving.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { emptyStore, ioredis, nodeRedis, upstash, type Handed } from './stores-on.ts';

// Each of thousands of operations is a request of its own over HTTP.
vi.setConfig({ testTimeout: 60_000 });

let redis: RunningRedis;
let bridge: RestBridge;
let clients: Record<'node-redis' | 'ioredis' | '@upstash/redis', Handed>;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startRestBridge(redis.url);
  clients = {
    'node-redis': await nodeRedis(redis.url),
    ioredis: ioredis(redis.url),
    '@upstash/redis': upstash(bridge.url, bridge.token),
  };
});
afterAll(async () => {
  for (const { close } of Object.values(clients)) await close();
  await bridge.stop();
  await redis.stop();
});

for (const name of ['node-redis', 'ioredis', '@upstash/redis'] as const)
  testStore(`Redis through ${name}`, (options) => {
    const store = countedLeaving(emptyStore(clients[name], options));
    return { store, dispose: () => store.close() };
  });
