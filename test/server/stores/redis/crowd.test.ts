import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createWorld, next, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';
import { emptyStore, ioredis, nodeRedis, type Handed } from './stores-on.ts';

vi.setConfig({ testTimeout: 60_000 });

let redis: RunningRedis;
let clients: Handed[];
let worlds: [World, World];

beforeAll(async () => {
  redis = await startRedis();
  clients = [await nodeRedis(redis.url), ioredis(redis.url)];
  const options = { prefix: 'crowd:', timeoutMs: 30_000 };
  worlds = [createWorld(emptyStore(clients[0]!, options)), createWorld(emptyStore(clients[1]!, options))];
});
afterAll(async () => {
  for (const { close } of clients) await close();
  await redis.stop();
});

test('a limit of sessions holds however many sign in at once at two servers', async () => {
  const created = await Promise.all(
    Array.from({ length: 12 }, (_, i) => worlds[i % 2]!.sessions.create({ userId: 'ada', maxPerUser: 3 })),
  );
  const { sessions } = await worlds[0].sessions.list('ada');
  expect(sessions).toHaveLength(3);
  const ended = await Promise.all(created.map(({ session }) => worlds[1].sessions.inspect(session.id)));
  expect(ended.filter((session) => session?.endReason === 'revoked')).toHaveLength(9);
  const events = await worlds[0].sessions.events({ userId: 'ada' });
  expect(events.filter(({ type }) => type === 'session.revoked')).toHaveLength(9);
});

test('one who stays endlessly and signs out everywhere while signing in ends exactly what was there', async () => {
  const endless = { userId: 'eve', idleTimeout: null, absoluteTimeout: null };
  const before = await Promise.all(Array.from({ length: 20 }, () => worlds[0].sessions.create(endless)));
  const [{ notBefore }, ...during] = await Promise.all([
    worlds[1].sessions.revokeAll('eve'),
    ...Array.from({ length: 10 }, () => worlds[0].sessions.create(endless)),
  ]);
  for (const { session, stamp } of [...before, ...during])
    expect((await worlds[0].sessions.get(session.id)) !== null).toBe(stamp > notBefore);
  for (const { session } of before) expect(await worlds[1].sessions.get(session.id)).toBeNull();
});

test('the list of a user stays right amid sign-ins, refreshes and ends at two servers', async () => {
  const live = new Set<string>();
  await Promise.all(
    Array.from({ length: 180 }, async (_, i) => {
      const [here, there] = i % 2 === 0 ? worlds : [worlds[1], worlds[0]];
      const { session, refreshToken } = await here.sessions.create({ userId: 'bob', window: '1h', renewal: 'access' });
      const token = await next(there, refreshToken, `key ${i}`);
      if (i % 3 === 0) {
        const ended = [there.sessions.revoke(session.id, 'revoked'), here.refresh(token)];
        await Promise.all(ended);
      } else live.add(session.id);
    }),
  );
  const { sessions } = await worlds[0].sessions.list('bob', { limit: 200 });
  expect(new Set(sessions.map(({ id }) => id))).toEqual(live);
});
