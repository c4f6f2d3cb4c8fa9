import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { createRedisStore } from '../../../../src/server/stores/redis.ts';
import { createWorld, next, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { ioredis, nodeRedis, upstash, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const unavailable = { code: 'store_unavailable', status: 503, retryable: true };
let master: RunningRedis;
let replica: RunningRedis;
let own: Handed;

beforeAll(async () => {
  master = await startRedis({ args: ['--repl-diskless-sync-delay', '0'] });
  replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  own = await nodeRedis(master.url);
});
afterAll(async () => {
  process.kill(replica.pid, 'SIGCONT');
  await own.close();
  await replica.stop();
  await master.stop();
});
beforeEach(async () => {
  process.kill(replica.pid, 'SIGCONT');
  await own.client.send('', ['set', 'here', '1']);
  await vi.waitFor(
    async () => {
      const [, acknowledged] = await own.client.pipeline!('here', [
        ['incr', 'here'],
        ['wait', '1', '500'],
      ]);
      if (acknowledged !== 1) throw new Error('The replica is not there yet.');
    },
    { timeout: 30_000 },
  );
});

async function withWorld(handed: Handed, work: (world: World) => Promise<void>): Promise<void> {
  const world = createWorld(
    createRedisStore({ client: handed.client, replicas: { min: 1, timeoutMs: 200 }, timeoutMs: 5000 }),
  );
  world.clock.at = Date.now();
  try {
    await work(world);
  } finally {
    await world.sessions.close();
    await handed.close();
  }
}

test.each([
  ['node-redis', async () => nodeRedis(master.url)],
  ['ioredis', async () => ioredis(master.url)],
] as const)(
  '%s: what may not be forgotten is acknowledged only with a replica; a refresh and a touch need none',
  async (_name, connect) => {
    await withWorld(await connect(), async (world) => {
      const { sessions } = world;
      const [first, second, third, fourth] = await Promise.all(
        [1, 2, 3, 4].map(async () => sessions.create({ userId: 'ada' })),
      );
      const spent = first!.refreshToken;
      await next(world, spent);
      process.kill(replica.pid, 'SIGSTOP');

      await expect(sessions.create({ userId: 'ada' })).rejects.toMatchObject(unavailable);
      await expect(sessions.revoke(second!.session.id, 'revoked')).rejects.toMatchObject(unavailable);
      // Asked again it is not yet acknowledged either: the first may be forgotten.
      await expect(sessions.revoke(second!.session.id, 'revoked')).rejects.toMatchObject(unavailable);
      await expect(world.refresh(spent, 'thief')).rejects.toMatchObject(unavailable);
      await expect(world.refresh(spent, 'thief')).rejects.toMatchObject(unavailable);
      await expect(sessions.revokeOthers('ada', fourth!.session.id)).rejects.toMatchObject(unavailable);
      await expect(sessions.revokeAll('bob')).rejects.toMatchObject(unavailable);
      await sessions.touch(fourth!.session.id);
      await sessions.claimsChanged('ada');
      expect(await world.refresh(fourth!.refreshToken)).toMatchObject({ outcome: 'rotated' });
      expect(await sessions.get(third!.session.id)).toBeNull();

      process.kill(replica.pid, 'SIGCONT');
      await vi.waitFor(() => sessions.create({ userId: 'ada' }), { timeout: 30_000 });
      expect(await sessions.revoke(second!.session.id, 'revoked')).toBe(false);
      expect(await world.refresh(spent, 'thief')).toMatchObject({ outcome: 'ended', reason: 'reuse_detected' });
      await sessions.revokeAll('ada');
      await sessions.revokeEverybody();
      process.kill(replica.pid, 'SIGSTOP');
      await expect(sessions.revokeEverybody()).rejects.toMatchObject(unavailable);
      process.kill(replica.pid, 'SIGCONT');
      await vi.waitFor(() => sessions.revokeEverybody(), { timeout: 30_000 });
    });
  },
);

test('a client that has no WAIT cannot promise replicas', () => {
  const { client } = upstash('http://127.0.0.1:1', 'token');
  const replicas = { min: 1, timeoutMs: 200 };
  expect(() => createRedisStore({ client, replicas })).toThrow(expect.objectContaining({ code: 'not_supported' }));
});
