import { Cluster } from 'ioredis';
import { createCluster } from 'redis';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/server/engine/session-event.ts';
import { createRedisStore, fromIoredis, fromNodeRedis } from '../../../../src/server/stores/redis.ts';
import { createWorld, type World } from '../../engine/world.ts';
import { testStore } from '../store-conformance.ts';
import { countedLeaving } from './counted-leaving.ts';
import { startCluster, type RunningCluster } from './start-cluster.ts';
import { emptyStore, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let cluster: RunningCluster;
let clients: Record<'node-redis' | 'ioredis', Handed>;

beforeAll(async () => {
  cluster = await startCluster();
  const ofNodeRedis = createCluster({ rootNodes: cluster.ports.map((port) => ({ url: `redis://127.0.0.1:${port}` })) });
  ofNodeRedis.on('error', () => {});
  await ofNodeRedis.connect();
  const ofIoredis = new Cluster(cluster.ports.map((port) => ({ host: '127.0.0.1', port })));
  ofIoredis.on('error', () => {});
  clients = {
    'node-redis': { client: fromNodeRedis(ofNodeRedis), close: () => ofNodeRedis.destroy() },
    ioredis: { client: fromIoredis(ofIoredis), close: () => ofIoredis.disconnect() },
  };
});
afterAll(async () => {
  for (const { close } of Object.values(clients ?? {})) await close();
  await cluster?.stop();
});

for (const name of ['node-redis', 'ioredis'] as const)
  testStore(`Redis Cluster through ${name}`, (options) => {
    const store = countedLeaving(emptyStore(clients[name], options));
    return { store, dispose: () => store.close() };
  });

/** An honest client: it has one token and one key at a time, and asks again until it is answered. */
interface Honest {
  id: string;
  token: string;
  generation: number;
}

test('a failover under load revives nothing that was acknowledged, and takes no honest client for a thief', async () => {
  const worlds: World[] = Object.values(clients).map(({ client }) => {
    const world = createWorld(createRedisStore({ client, prefix: 'load:', replicas: { min: 1, timeoutMs: 500 } }));
    world.clock.at = Date.now();
    return world;
  });
  const heard: SessionEvent[] = [];
  for (const { sessions } of worlds) sessions.subscribe((event) => void heard.push(event));
  const honest: Honest[] = [];
  const revoked = new Set<string>();
  const signedOut = new Map<string, string[]>();
  const wrong: string[] = [];
  let refused = 0;
  let done = 0;
  let isOver = false;

  async function until<T>(work: () => Promise<T>): Promise<T | null> {
    for (;;)
      try {
        return await work();
      } catch (error) {
        if ((error as { code?: string }).code !== 'store_unavailable') throw error;
        refused++;
        if (isOver) return null;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
  }

  async function refreshOnce(world: World, client: Honest): Promise<void> {
    const answer = await until(() => world.refresh(client.token, `${client.id} ${client.generation}`));
    if (answer === null) return;
    if (!('refreshToken' in answer)) {
      wrong.push(`${client.id} is told ${JSON.stringify(answer)}`);
      return;
    }
    client.token = answer.refreshToken;
    client.generation = answer.session.generation;
    done++;
  }

  async function work(worker: number): Promise<void> {
    const world = worlds[worker % worlds.length]!;
    const mine: Honest[] = [];
    for (let round = 0; !isOver; round++) {
      const userId = `user ${worker} ${round}`;
      const made = await until(async () => world.sessions.create({ userId }));
      const other = await until(async () => world.sessions.create({ userId }));
      if (made === null || other === null) return;
      if (round < 10) mine.push({ id: made.session.id, token: made.refreshToken, generation: 0 });
      else if (round % 2 === 0) {
        if ((await until(async () => world.sessions.revokeAll(userId))) !== null)
          signedOut.set(userId, [made.session.id, other.session.id]);
        continue;
      }
      const ended = await until(async () => world.sessions.revoke(other.session.id, 'revoked'));
      if (ended !== null) revoked.add(other.session.id);
      for (const client of mine) await refreshOnce(world, client);
    }
    honest.push(...mine);
  }

  const working = Array.from({ length: 8 }, (_, worker) => work(worker));
  await vi.waitFor(() => expect(revoked.size).toBeGreaterThan(100), { timeout: 60_000 });
  await cluster.failOver();
  const before = done;
  await cluster.bringBack();
  await vi.waitFor(() => expect(done).toBeGreaterThan(before + 200), { timeout: 60_000 });
  isOver = true;
  await Promise.all(working);

  expect(wrong).toEqual([]);
  // The failover was noticed.
  expect(refused).toBeGreaterThan(0);
  const [world] = worlds as [World];
  for (const id of revoked) expect((await world.sessions.inspect(id))?.endReason, id).toBe('revoked');
  for (const ids of signedOut.values())
    for (const id of ids) expect((await world.sessions.inspect(id))?.endReason, id).toBe('revoked_all');
  for (const client of honest) {
    await refreshOnce(world, client);
    expect(await world.sessions.get(client.id), client.id).toMatchObject({ generation: client.generation });
  }
  expect(wrong).toEqual([]);
  expect(heard.filter(({ type }) => type === 'session.reuse_detected')).toEqual([]);
  for (const { sessions } of worlds) await sessions.close();
});
