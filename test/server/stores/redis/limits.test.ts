import { createRedisLimits, type RedisClient } from 'sojourn/server/stores/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, serverUnderTest } from '../../http/server-under-test.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { ioredis, nodeRedis, type Handed } from './stores-on.ts';

let redis: RunningRedis;
let here: Handed;
let there: Handed;
beforeAll(async () => {
  redis = await startRedis();
  here = await nodeRedis(redis.url);
  there = ioredis(redis.url);
});
afterAll(async () => {
  await here?.close();
  await there?.close();
  await redis?.stop();
});

const tenAnHour = { count: 10, perMs: 3_600_000 };

describe('limits on Redis', () => {
  test('count what all servers together let through, also when both are asked at once', async () => {
    const servers = [here, there].map(({ client }) => createRedisLimits({ client, prefix: 'together:' }));
    const asked = Array.from({ length: 60 }, (_, index) => servers[index % 2]!.take('tries', 'ada', tenAnHour));
    const waits = await Promise.all(asked);
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10);
    for (const wait of waits.filter((each) => each > 0)) {
      expect(wait).toBeGreaterThan(300_000);
      expect(wait).toBeLessThanOrEqual(360_000);
    }
    expect(await servers[0]!.take('tries', 'grace', tenAnHour)).toBe(0);
    expect(await servers[0]!.take('other tries', 'ada', tenAnHour)).toBe(0);
  });

  test('give back what did not count after all, and no more than was taken', async () => {
    const limits = createRedisLimits({ client: here.client, prefix: 'back:' });
    for (let i = 0; i < 10; i++) expect(await limits.take('tries', 'ada', tenAnHour)).toBe(0);
    await limits.giveBack('tries', 'ada', tenAnHour);
    expect(await limits.take('tries', 'ada', tenAnHour)).toBe(0);
    expect(await limits.take('tries', 'ada', tenAnHour)).toBeGreaterThan(0);
    for (let i = 0; i < 30; i++) await limits.giveBack('tries', 'ada', tenAnHour);
    expect(await here.client.send('', ['keys', 'back:*'])).toEqual([]);
    for (let i = 0; i < 10; i++) expect(await limits.take('tries', 'ada', tenAnHour)).toBe(0);
    expect(await limits.take('tries', 'ada', tenAnHour)).toBeGreaterThan(0);
  });

  test('keep one number under a hash, which leaves when all is paid off', async () => {
    const limits = createRedisLimits({ client: here.client, prefix: 'name:' });
    await limits.take('tries', 'ada@example.com', { count: 10, perMs: 1000 });
    const keys = (await here.client.send('', ['keys', 'name:*'])) as string[];
    expect(keys).toEqual([expect.stringMatching(/^name:limit:tries:[\w-]{22}$/)]);
    await expect.poll(async () => here.client.send('', ['keys', 'name:*'])).toEqual([]);
    expect(await limits.take('tries', 'ada@example.com', { count: 1, perMs: 1000 })).toBe(0);
  });

  test('hold for sign-ins at two servers, and a right password is no failure', async () => {
    const servers = await Promise.all(
      [here, there].map(async ({ client }) =>
        serverUnderTest({ sharedLimits: createRedisLimits({ client, prefix: 'servers:' }) }),
      ),
    );
    const attempt = async (which: number, password: string): Promise<Response> =>
      servers[which]!.call('POST', '/sessions', { json: { credentials: { username: 'ada', password } } });
    for (let i = 0; i < 15; i++) expect((await attempt(i % 2, 'right')).status).toBe(201);
    const wrong = [];
    for (let i = 0; i < 12; i++) wrong.push((await attempt(i % 2, 'wrong')).status);
    expect(wrong).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429]);
    const limited = await attempt(0, 'right');
    expect([limited.status, (await bodyOf(limited))['code']]).toEqual([429, 'rate_limited']);
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('let nobody in while Redis is away', async () => {
    const client: RedisClient = { ...here.client, send: () => Promise.reject(new Error('it is away')) };
    const { call } = await serverUnderTest({ sharedLimits: createRedisLimits({ client }) });
    const answer = await call('POST', '/sessions', { json: { credentials: { username: 'ada', password: 'right' } } });
    expect([answer.status, (await bodyOf(answer))['code']]).toEqual([503, 'store_unavailable']);
  });
});
