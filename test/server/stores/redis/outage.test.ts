import { afterEach, expect, test, vi } from 'vitest';
import type { Store } from '../../../../src/server/engine/store.ts';
import { createRedisStore } from '../../../../src/server/stores/redis.ts';
import { createWorld, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis, type StartRedis } from './start-redis.ts';
import { ioredis, nodeRedis, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 60_000 });

const unavailable = { code: 'store_unavailable', status: 503, retryable: true, retryAfterMs: 1000 };
const clients: Array<[string, (url: string) => Promise<Handed> | Handed]> = [
  ['node-redis', nodeRedis],
  ['ioredis', ioredis],
];
const ending: Array<() => unknown> = [];

afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function start(options?: StartRedis): Promise<RunningRedis> {
  const redis = await startRedis(options);
  ending.push(() => redis.stop());
  return redis;
}

async function worldOn(
  redis: RunningRedis,
  connect: (url: string) => Promise<Handed> | Handed,
  timeoutMs = 300,
): Promise<World> {
  const { client, close } = await connect(redis.url);
  ending.push(close);
  const store = createRedisStore({ client, timeoutMs });
  ending.push(() => store.close());
  const world = createWorld(store);
  world.clock.at = Date.now();
  return world;
}

/** The operations of a store, each asked once. */
function everything({ sessions, refresh, store }: World, id: string, token: string): Array<() => Promise<unknown>> {
  return [
    () => sessions.create({ userId: 'ada' }),
    () => sessions.get(id),
    () => refresh(token),
    () => sessions.touch(id),
    () => sessions.revoke(id, 'revoked'),
    () => sessions.revokeAll('ada'),
    () => sessions.list('ada'),
    () => sessions.events({ userId: 'ada' }),
    async () => store.note('an area', 'a key', 0),
    async () => (store as Store).sweep(0),
  ];
}

test.each(clients)(
  '%s: a Redis that hangs is store_unavailable soon, and works again afterwards',
  async (_name, connect) => {
    const redis = await start();
    const world = await worldOn(redis, connect);
    const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
    process.kill(redis.pid, 'SIGSTOP');
    const operations = everything(world, session.id, refreshToken);
    const results = await Promise.allSettled(operations.map((operation) => operation()));
    for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    process.kill(redis.pid, 'SIGCONT');
    // What was refused may have been done late: the session was ended by it, or still lives, and nothing else is true.
    await vi.waitFor(() => world.sessions.inspect(session.id), { timeout: 20_000 });
    const later = await world.sessions.create({ userId: 'bob' });
    expect(await world.sessions.get(later.session.id)).not.toBeNull();
  },
);

test.each(clients)(
  '%s: killed under load, it loses nothing that was acknowledged, and recovers by itself',
  async (_name, connect) => {
    const durable = ['--appendonly', 'yes', '--appendfsync', 'always'];
    const redis = await start({ args: durable });
    const world = await worldOn(redis, connect, 1000);
    const alive = new Set<string>();
    const revoked = new Set<string>();
    const failures: unknown[] = [];
    let isOver = false;

    async function load(worker: number): Promise<void> {
      for (let i = 0; !isOver; i++)
        try {
          const { session } = await world.sessions.create({ userId: `user ${worker}` });
          alive.add(session.id);
          if (i % 2 === 0) continue;
          // Neither, until it is acknowledged.
          alive.delete(session.id);
          await world.sessions.revoke(session.id, 'revoked');
          revoked.add(session.id);
        } catch (error) {
          failures.push(error);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
    }
    const working = [1, 2, 3, 4].map(load);
    await vi.waitFor(() => expect(revoked.size).toBeGreaterThan(100), { timeout: 20_000 });
    await redis.kill();
    const before = revoked.size;
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(3), { timeout: 20_000 });
    const again = await startRedis({ port: redis.port, folder: redis.folder, args: durable });
    ending.push(() => again.kill());
    await vi.waitFor(() => expect(revoked.size).toBeGreaterThan(before + 20), { timeout: 30_000 });
    isOver = true;
    await Promise.all(working);

    for (const failure of failures) expect(failure).toMatchObject(unavailable);
    for (const id of alive) expect(await world.sessions.get(id), id).not.toBeNull();
    for (const id of revoked) expect((await world.sessions.inspect(id))?.endReason, id).toBe('revoked');
  },
);

test.each(clients)(
  '%s: a Redis that has become a replica takes no write, and no session is lost for it',
  async (_name, connect) => {
    const redis = await start();
    const world = await worldOn(redis, connect);
    const { session, refreshToken } = await world.sessions.create({ userId: 'ada' });
    const own = await nodeRedis(redis.url);
    ending.push(own.close);
    await own.client.send('', ['replicaof', '127.0.0.1', '1']);
    await expect(world.refresh(refreshToken)).rejects.toMatchObject(unavailable);
    await expect(world.sessions.revoke(session.id, 'revoked')).rejects.toMatchObject(unavailable);
    await own.client.send('', ['replicaof', 'no', 'one']);
    expect(await world.refresh(refreshToken)).toMatchObject({ outcome: 'rotated' });
  },
);

test('a server that does not have Redis at all answers, and does not hang', async () => {
  const redis = await start();
  const world = await worldOn(redis, ioredis);
  await redis.kill();
  await expect(world.sessions.get(`session_${'A'.repeat(38)}`)).rejects.toMatchObject(unavailable);
});
