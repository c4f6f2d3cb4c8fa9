// @upstash/redis makes what it can of every text in an answer by JSON.parse, also of a part of a value.
import { Redis } from '@upstash/redis';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRedisStore, fromUpstash, type RedisClient } from '../../../../src/server/stores/redis.ts';
import { startRestBridge, type RestBridge } from '../../../compat/upstash/rest-bridge.ts';
import { createKeys } from '../../../../src/server/stores/redis/keys.ts';
import { createWorld, day, type World } from '../../engine/world.ts';
import { startRedis, type RunningRedis } from './start-redis.ts';

let redis: RunningRedis;
let bridge: RestBridge;
let client: RedisClient;
let world: World;

beforeAll(async () => {
  redis = await startRedis();
  bridge = await startRestBridge(redis.url);
  const { url, token } = bridge;
  client = fromUpstash(new Redis({ url, token }));
  world = createWorld(createRedisStore({ client }), { types: { '[1]': {} } });
  world.clock.at = Date.now();
});
afterAll(async () => {
  await world.sessions.close();
  await bridge.stop();
  await redis.stop();
});

/** Texts that are JSON by themselves, of one length. */
function jsonOf(length: number): fc.Arbitrary<string> {
  const short = ['1', '0', 'null', 'true', '{}', '"x"', '[1, [2]]'].map((text) => text.padEnd(length));
  return fc.constantFrom(`[${' '.repeat(length - 2)}]`, `"${'x'.repeat(length - 2)}"`, '7'.repeat(length), ...short);
}

/** Texts of which a part that is stored by itself may be JSON, wherever it begins. */
const texts = fc
  .tuple(
    fc.nat(64),
    fc.array(fc.integer({ min: 62, max: 64 }).chain(jsonOf), { minLength: 1, maxLength: 2 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
  )
  .map(([before, parts, end]) => 'y'.repeat(before) + parts.join('') + end);
const json = fc.oneof(
  texts,
  fc.array(fc.constantFrom(1, 10, 12_345_678, 'b', null, [[]], { id: 'A1', many: 2 }), {
    minLength: 20,
    maxLength: 80,
  }),
);
/** JSON that lost a letter in front, and any others. */
const names = fc.oneof(
  fc.constantFrom('ull', 'rue', 'alse', 'null', '1', '""', '[]', '{}', '='),
  texts.map((text) => text.slice(0, 128).replace(/\p{Surrogate}/u, '')),
);

test('whatever rests in parts comes back through @upstash/redis as it was (S107)', { timeout: 120_000 }, async () => {
  const { sessions } = world;
  let number = 0;
  await fc.assert(
    fc.asyncProperty(texts, texts, json, json, async (userAgent, action, data, seen) => {
      const userId = `user ${number++}`;
      const given = { device: { userAgent }, data: { p: data }, trustContext: { seen } };
      const { session } = await sessions.create({ userId, ...given });
      expect(session).toMatchObject(given);
      expect(await sessions.get(session.id)).toEqual(session);
      const touched = await sessions.touch(session.id, action);
      expect(touched).toMatchObject({ ...given, lastAction: { action } });
      expect((await sessions.list(userId)).sessions).toEqual([touched]);
    }),
    { numRuns: 300 },
  );
});

test('names that are JSON but for their sign are found and listed through @upstash/redis (S107)', async () => {
  const { sessions } = world;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(names, { minLength: 1, maxLength: 5 }), async (some) => {
      const { session } = await sessions.create({ userId: 'ada' });
      for (const name of some) await sessions.scoped.set(session.id, name, name);
      expect((await sessions.scoped.list(session.id)).map(({ name }) => name)).toEqual([...some].sort());
      for (const name of some) expect(await sessions.scoped.get(session.id, name)).toBe(name);
    }),
    { numRuns: 60 },
  );
  for (const tag of ['ull', 'null', 'rue']) await sessions.types.define({ tag });
  expect((await sessions.types.list()).map(({ tag }) => tag).sort()).toEqual(['null', 'rue', 'ull']);
});

test('the list of a type whose name is JSON is cleared through @upstash/redis (S107)', async () => {
  const { sessions, clock } = world;
  const list = createKeys('sj:').type('[1]');
  clock.at = Date.now() - 30 * day;
  await sessions.create({ userId: 'ada', type: '[1]', idleTimeout: '1m' });
  expect(await client.send(list, ['zcard', list])).toBe(1);
  clock.at = Date.now();
  await sessions.sweep();
  expect(await client.send(list, ['zcard', list])).toBe(0);
});
