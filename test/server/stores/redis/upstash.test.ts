import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisStore, fromUpstash } from '../../../../src/server/stores/redis.ts';
import { startRestBridge, type RestBridge } from '../../../compat/upstash/rest-bridge.ts';
import { createWorld, next, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';

let redis: RunningRedis;
let bridge: RestBridge;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startRestBridge(redis.url);
});
afterAll(async () => {
  await bridge.stop();
  await redis.stop();
});

function worldOn(options: { automaticDeserialization?: boolean } = {}): World {
  const { url, token } = bridge;
  const world = createWorld(createRedisStore({ client: fromUpstash(new Redis({ url, token, ...options })) }));
  world.clock.at = Date.now();
  return world;
}

test('a store on @upstash/redis signs in, refreshes, lists and ends by the clock of Redis (S105)', async () => {
  const { sessions, refresh, ...world } = worldOn();
  const { session, refreshToken } = await sessions.create({ userId: 'ada', data: { cart: [1] } });
  await next({ ...world, sessions, refresh }, refreshToken);
  expect((await sessions.list('ada')).sessions).toMatchObject([{ id: session.id, data: { cart: [1] }, generation: 1 }]);
  expect(await sessions.revoke(session.id, 'revoked')).toBe(true);
  expect(await sessions.get(session.id)).toBeNull();
  await sessions.close();
});

test.each([undefined, true, false])(
  'what looks like a number or like JSON comes back as it was, with automaticDeserialization %s (S107)',
  async (automaticDeserialization) => {
    const { sessions, store } = worldOn(automaticDeserialization === undefined ? {} : { automaticDeserialization });
    const odd = ['1234567890123456789012345', '42', '0042', '1e3', 'null', 'true', '{"a": 1}', '[1]', '"x"', '=', '-'];
    for (const text of odd) {
      const userId = `${text}`;
      const { session } = await sessions.create({
        userId,
        device: { label: text, userAgent: text },
        data: { text },
        trustContext: { text },
      });
      await sessions.touch(session.id, text);
      const found = (await sessions.get(session.id))!;
      expect(found).toMatchObject({ userId, device: { label: text, userAgent: text }, data: { text } });
      expect(found.lastAction?.action).toBe(text);
      const events = await sessions.events({ userId });
      expect(events.at(-1)).toMatchObject({ userId, sessionId: session.id, detail: { action: text } });
      await store.putNote('odd', text, { value: text, expiresAt: null, ifVersion: null }, 0);
      expect(await store.note('odd', text, 0)).toMatchObject({ key: text, value: text });
    }
    expect((await store.notes('odd', { limit: 100, after: null }, 0)).map(({ key }) => key)).toEqual([...odd].sort());
    await sessions.close();
  },
);
