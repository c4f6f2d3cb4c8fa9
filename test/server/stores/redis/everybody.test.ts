import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { SessionEvent } from '../../../../src/server/engine/session-event.ts';
import { createRedisStore, type RedisClient } from '../../../../src/server/stores/redis.ts';
import { createWorld, day, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { nodeRedis, type Handed } from './stores-on.ts';

let redis: RunningRedis;
let handed: Handed;
const closers: (() => unknown)[] = [];
let number = 0;

beforeAll(async () => {
  redis = await startRedis();
  handed = await nodeRedis(redis.url);
});
afterAll(async () => {
  for (const close of closers) await close();
  await handed.close();
  await redis.stop();
});

function serverOn(prefix: string, client: RedisClient = handed.client): World {
  const store = createRedisStore({ client, prefix, clock: 'caller' });
  closers.push(() => store.close());
  return createWorld(store);
}

test('another server ends them too a second later at most, tells its listeners, and lets nobody in who was signed in before', async () => {
  const prefix = `everybody${number++}:`;
  const here = serverOn(prefix);
  const there = serverOn(prefix);
  const told: SessionEvent[] = [];
  closers.push(there.sessions.subscribe((event) => told.push(event), { userId: 'ada' }));
  // Until it hears the other.
  await expect
    .poll(
      async () => {
        const { session } = await here.sessions.create({ userId: 'ada' });
        await new Promise((resolve) => setTimeout(resolve, 50));
        return told.some(({ sessionId }) => sessionId === session.id);
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  const { session, stamp, refreshToken } = await there.sessions.create({ userId: 'ada' });
  expect(await there.sessions.check(session.id, stamp)).toMatchObject({ ok: true });

  // What it has read last is as old as can be.
  const since = performance.now() + 60_000;
  const time = vi.spyOn(performance, 'now').mockReturnValue(since);
  onTestFinished(() => time.mockRestore());
  expect(await there.sessions.get(session.id)).not.toBeNull();
  await here.sessions.revokeEverybody();
  expect(await here.sessions.get(session.id)).toBeNull();
  time.mockReturnValue(since + 999);
  expect(await there.sessions.get(session.id)).not.toBeNull();
  time.mockReturnValue(since + 1000);
  expect(await there.sessions.get(session.id)).toBeNull();
  time.mockRestore();
  expect(await there.refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
  await expect.poll(() => told.map(({ type }) => type), { timeout: 10_000 }).toContain('everybody.sessions_revoked');
});

test('sessions without an end leave once their user signs in again, in whichever way the new one is counted', async () => {
  const endless = { idleTimeout: null, absoluteTimeout: null };
  for (const maxPerUser of [undefined, 1]) {
    const prefix = `everybody${number++}:`;
    const { sessions, clock } = serverOn(prefix);
    const ttls = async (): Promise<number[]> => {
      const keys = (await handed.client.send('', ['keys', `${prefix}{*}*`])) as string[];
      const own = keys.filter((key) => !key.includes('{everybody}'));
      return Promise.all(own.map(async (key) => Number(await handed.client.send(key, ['pttl', key]))));
    };
    const { session } = await sessions.create({ userId: 'ada', ...endless, data: { cart: 'x'.repeat(600) } });
    await sessions.revokeEverybody();
    await sessions.create({ userId: 'ada', ...(maxPerUser && { maxPerUser }) });
    expect(await sessions.inspect(session.id)).toMatchObject({ endReason: 'revoked_all' });
    expect(Math.min(...(await ttls()))).toBeGreaterThan(0);

    // Longer ago than anybody is told of it.
    const late = await sessions.create({ userId: 'eve', ...endless });
    await sessions.revokeEverybody();
    clock.at += 8 * day;
    await sessions.create({ userId: 'eve', ...(maxPerUser && { maxPerUser }) });
    expect(await sessions.inspect(late.session.id)).toBeNull();
    expect(Math.min(...(await ttls()))).toBeGreaterThan(0);
  }
});

test('a server that starts afterwards knows of it before its first answer', async () => {
  const prefix = `everybody${number++}:`;
  const here = serverOn(prefix);
  const { session } = await here.sessions.create({ userId: 'ada' });
  await here.sessions.revokeEverybody();
  expect(await serverOn(prefix).sessions.get(session.id)).toBeNull();
});

test('the stamp is asked for once a second, not with every step', async () => {
  const asked: string[] = [];
  const client: RedisClient = {
    ...handed.client,
    send: async (key, command) => {
      if (command[0] === 'get' && key.includes('everybody')) asked.push(key);
      return handed.client.send(key, command);
    },
  };
  const { sessions } = serverOn(`everybody${number++}:`, client);
  const since = performance.now();
  for (let i = 0; i < 50; i++) await sessions.create({ userId: 'ada' });
  await Promise.all(Array.from({ length: 50 }, () => sessions.list('ada')));
  expect(asked.length).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - since) / 1000));
});

test('a stamp that cannot be read is store_unavailable, and never a session that goes on', async () => {
  const prefix = `everybody${number++}:`;
  const { sessions } = serverOn(prefix);
  const { session } = await sessions.create({ userId: 'ada' });
  const client: RedisClient = {
    ...handed.client,
    send: async (key, command) => {
      if (command[0] === 'get' && key.includes('everybody')) throw new Error('this slot is down');
      return handed.client.send(key, command);
    },
  };
  await expect(serverOn(prefix, client).sessions.get(session.id)).rejects.toMatchObject({ code: 'store_unavailable' });
});
