import { createAccessTokens, createSessionServer } from 'sojourn/server';
import { createRedisReplayGuard, type RedisClient } from 'sojourn/server/stores/redis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { nonceLifeMs } from '../../../../src/server/tokens/dpop-nonces.ts';
import { baseUrl, origin, serverUnderTest } from '../../http/server-under-test.ts';
import { provingClient } from '../../tokens/proving-client.ts';
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

describe('a replay guard on Redis', () => {
  test('knows what another server has taken, also when both are asked at once', async () => {
    const guards = [here, there].map(({ client }) => createRedisReplayGuard({ client }));
    expect(await guards[0]!.isFirstUse('key.one')).toBe(true);
    expect(await guards[1]!.isFirstUse('key.one')).toBe(false);
    const raced = Array.from({ length: 100 }, (_, index) => guards[index % 2]!.isFirstUse('key.raced'));
    expect((await Promise.all(raced)).filter(Boolean)).toHaveLength(1);
  });

  test('keeps a hash, under its prefix, for as long as any proof can be accepted', async () => {
    const id = `thumbprint.${'long '.repeat(50)}`;
    await createRedisReplayGuard({ client: here.client, prefix: 'life:' }).isFirstUse(id);
    const keys = (await here.client.send('', ['keys', 'life:*'])) as string[];
    expect(keys).toEqual([expect.stringMatching(/^life:proof:[\w-]{22}$/)]);
    // Who repeats it does not keep it there.
    expect(await createRedisReplayGuard({ client: here.client, prefix: 'life:', lifeMs: 9e6 }).isFirstUse(id)).toBe(
      false,
    );
    const left = Number(await here.client.send(keys[0]!, ['pttl', keys[0]!]));
    expect(left).toBeGreaterThan(nonceLifeMs - 60_000);
    expect(left).toBeLessThanOrEqual(nonceLifeMs);
  });

  test('forgets it then', async () => {
    const guard = createRedisReplayGuard({ client: here.client, prefix: 'short:', lifeMs: 1 });
    await guard.isFirstUse('id');
    await expect.poll(async () => here.client.send('', ['keys', 'short:*'])).toEqual([]);
    expect(await guard.isFirstUse('id')).toBe(true);
  });

  test('takes a command that its client sent twice for one use', async () => {
    const twice: RedisClient = {
      ...here.client,
      send: async (key, command) => {
        await here.client.send(key, command);
        return here.client.send(key, command);
      },
    };
    expect(await createRedisReplayGuard({ client: twice, prefix: 'twice:' }).isFirstUse('id')).toBe(true);
    expect(await createRedisReplayGuard({ client: here.client, prefix: 'twice:' }).isFirstUse('id')).toBe(false);
  });

  test('makes two servers refuse the proof of one another; without it each takes it once', async () => {
    const used = async (guarded: boolean): Promise<number[]> => {
      const servers = await twoServers(guarded ? [here, there] : []);
      const client = await provingClient(() => Date.now());
      const headers = {
        origin,
        'content-type': 'application/json',
        dpop: await client.prove('POST', `${baseUrl}/sessions`),
      };
      const body = JSON.stringify({ credentials: { username: 'ada', password: 'right' } });
      const answers: number[] = [];
      for (const { fetch } of servers)
        answers.push((await fetch(new Request(`${baseUrl}/sessions`, { method: 'POST', headers, body }))).status);
      return answers;
    };
    expect(await used(false)).toEqual([201, 201]);
    expect(await used(true)).toEqual([201, 400]);
  });

  test('takes no proof while Redis is away: 503, and not a refusal', async () => {
    const away = await startRedis();
    const handed = ioredis(away.url);
    await away.stop();
    const replays = createRedisReplayGuard({ client: handed.client, timeoutMs: 50 });
    await expect(replays.isFirstUse('id')).rejects.toMatchObject({ code: 'store_unavailable', status: 503 });
    const on = await serverUnderTest({ dpop: { replays } });
    const client = await on.provingClient();
    const answer = await on.call('POST', '/sessions', {
      json: { credentials: { username: 'ada', password: 'right' } },
      headers: { dpop: await client.prove('POST', `${baseUrl}/sessions`) },
    });
    expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining({ code: 'store_unavailable' })]);
    await handed.close();
  });
});

/** Two servers of one engine, each with its own guard where it is handed a client. */
async function twoServers(handed: readonly Handed[]): Promise<ReturnType<typeof createSessionServer>[]> {
  const { sessions } = await serverUnderTest();
  return [0, 1].map((index) =>
    createSessionServer({
      sessions,
      tokens: createAccessTokens({ issuer: baseUrl, audience: baseUrl }),
      origins: [origin],
      authenticate: () => ({ id: 'user_ada' }),
      dpop: handed[index] ? { replays: createRedisReplayGuard({ client: handed[index].client }) } : {},
    }),
  );
}
