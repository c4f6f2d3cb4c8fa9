import { afterEach, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/server/engine/session-event.ts';
import { createRedisStore, type RedisStoreOptions } from '../../../../src/server/stores/redis.ts';
import { startRestBridge } from '../../../compat/upstash/rest-bridge.ts';
import { createWorld, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { ioredis, nodeRedis, upstash, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 60_000 });

const ending: Array<() => unknown> = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function start(): Promise<RunningRedis> {
  const redis = await startRedis();
  ending.push(() => redis.stop());
  return redis;
}

async function overHttp(url: string): Promise<Handed> {
  const bridge = await startRestBridge(url);
  ending.push(() => bridge.stop());
  return upstash(bridge.url, bridge.token);
}

const clients: Array<[string, (url: string) => Promise<Handed> | Handed]> = [
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
  ['@upstash/redis', overHttp],
];

/** A server on a Redis, with what its listeners heard. */
interface Server extends World {
  heard: SessionEvent[];
}

async function server(
  redis: RunningRedis,
  connect: (url: string) => Promise<Handed> | Handed,
  options: Partial<RedisStoreOptions> = {},
): Promise<Server> {
  const { client, close } = await connect(redis.url);
  ending.push(close);
  const world = createWorld(createRedisStore({ client, followPollMs: 200, ...options }));
  ending.push(() => world.sessions.close());
  world.clock.at = Date.now();
  const heard: SessionEvent[] = [];
  world.sessions.subscribe((event) => void heard.push(event), { userId: 'ada' });
  return { ...world, heard };
}

/** Servers that hear each other. */
async function twoServers(
  redis: RunningRedis,
  connect: (url: string) => Promise<Handed> | Handed,
): Promise<[here: Server, there: Server]> {
  const servers: [Server, Server] = [await server(redis, connect), await server(redis, connect)];
  const [here, there] = servers;
  // Until each has heard the other.
  for (const [one, other] of [
    [here, there],
    [there, here],
  ] as const)
    await vi.waitFor(
      async () => {
        const { session } = await one.sessions.create({ userId: 'ada' });
        await new Promise((resolve) => setTimeout(resolve, 50));
        expect(other.heard.map((event) => event.sessionId)).toContain(session.id);
      },
      { timeout: 20_000 },
    );
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const { heard } of servers) heard.length = 0;
  return servers;
}

test.each(clients)(
  '%s: what happens at one server is heard at another, each once, in order',
  async (_name, connect) => {
    const redis = await start();
    const [here, there] = await twoServers(redis, connect);
    const { session, refreshToken } = await here.sessions.create({ userId: 'ada' });
    await here.refresh(refreshToken);
    await there.sessions.touch(session.id, 'clicked');
    await here.sessions.revokeAll('ada');
    await vi.waitFor(() => expect(there.heard.at(-1)?.type).toBe('user.sessions_revoked'), { timeout: 20_000 });
    await vi.waitFor(() => expect(here.heard).toHaveLength(4), { timeout: 20_000 });
    // What comes a second time would come with the next two polls.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const logged = (await here.sessions.events({ userId: 'ada', limit: 1000 })).slice(-4);
    const byCursor = (events: SessionEvent[]): SessionEvent[] => [...events].sort((a, b) => a.cursor - b.cursor);
    expect(byCursor(here.heard)).toEqual(logged);
    expect(byCursor(there.heard)).toEqual(logged);
    const fromHere = there.heard.filter(({ type }) => type !== 'session.touched');
    expect(fromHere).toEqual(byCursor(fromHere));
  },
);

test.each(clients.slice(0, 2))(
  '%s: a sign-out of everything is heard at another server within a second',
  async (_name, connect) => {
    const redis = await start();
    const [here, there] = await twoServers(redis, connect);
    let heardAfter = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 5 && heardAfter > 1000; i++) {
      there.heard.length = 0;
      const since = performance.now();
      await here.sessions.revokeAll('ada');
      await vi.waitFor(() => expect(there.heard).toHaveLength(1), { timeout: 20_000, interval: 10 });
      heardAfter = performance.now() - since;
    }
    expect(heardAfter).toBeLessThan(1000);
  },
);

test.each(clients.slice(0, 2))(
  '%s: what was logged while the channel was lost is told later, once',
  async (_name, connect) => {
    const redis = await start();
    const [here, there] = await twoServers(redis, connect);
    const own = await nodeRedis(redis.url);
    ending.push(own.close);
    for (let round = 1; round <= 5; round++) {
      await own.client.send('', ['client', 'kill', 'type', 'pubsub']);
      await here.sessions.revokeAll('ada');
      await vi.waitFor(() => expect(there.heard).toHaveLength(round), { timeout: 20_000 });
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(new Set(there.heard.map((event) => event.cursor)).size).toBe(5);
    expect(there.heard).toHaveLength(5);
  },
);

test('a server hears nothing any more once nobody listens, and holds no subscription', async () => {
  const redis = await start();
  const { client, close } = await nodeRedis(redis.url);
  ending.push(close);
  const store = createRedisStore({ client, followPollMs: 50 });
  const heard: SessionEvent[] = [];
  const stop = store.follow((event) => void heard.push(event));
  const channels = async (): Promise<number> =>
    Number(((await client.send('', ['pubsub', 'numsub', 'sj:events'])) as [string, number])[1]);
  await vi.waitFor(async () => expect(await channels()).toBe(1), { timeout: 20_000 });
  stop();
  await vi.waitFor(async () => expect(await channels()).toBe(0), { timeout: 20_000 });
  const again = store.follow((event) => void heard.push(event));
  await vi.waitFor(async () => expect(await channels()).toBe(1), { timeout: 20_000 });
  await store.close();
  await vi.waitFor(async () => expect(await channels()).toBe(0), { timeout: 20_000 });
  again();
  expect(heard).toEqual([]);
});

test.each(clients.slice(0, 2))(
  '%s: a server that is closed while Redis is away leaves nothing behind',
  async (_name, connect) => {
    const redis = await start();
    const { client, close } = await connect(redis.url);
    await redis.kill();
    const store = createRedisStore({ client, followPollMs: 50 });
    store.follow(() => {});
    await new Promise((resolve) => setTimeout(resolve, 200));
    await store.close();
    await close();
    const open = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCPSocket|TCPConnect/.test(name));
    await vi.waitFor(() => expect(open()).toEqual([]), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(open()).toEqual([]);
  },
);
