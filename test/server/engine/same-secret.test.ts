import { expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import { createMac } from '../../../src/server/tokens/mac.ts';
import { createWorld } from './world.ts';

const withTags = (byte: number) =>
  createMac({ secrets: { 1: new Uint8Array(32).fill(1) }, current: 1, userTagSecret: new Uint8Array(32).fill(byte) });

test('a server with another secret of user tags is told so, and neither signs in nor pretends to sign out', async () => {
  const store = createMemoryStore();
  const before = createWorld(store, { mac: withTags(9) });
  const { session } = await before.sessions.create({ userId: 'ada' });
  const other = createWorld(store, { mac: withTags(8) });
  for (const act of [
    () => other.sessions.create({ userId: 'ada' }),
    () => other.sessions.revokeAll('ada'),
    () => other.sessions.list('ada'),
    () => other.sessions.remember.issue('ada'),
  ])
    await expect(act()).rejects.toMatchObject({ code: 'store_unavailable', status: 503, retryable: false });
  const same = createWorld(store, { mac: withTags(9) });
  expect((await same.sessions.revokeAll('ada')).count).toBe(1);
  expect(await other.sessions.get(session.id)).toBeNull();
});

test('two servers that are the first at the same time agree', async () => {
  const store = createMemoryStore();
  const [one, two, other] = [9, 9, 8].map((byte) => createWorld(store, { mac: withTags(byte) }));
  const outcomes = await Promise.allSettled(
    [one, two, other].map((world) => world!.sessions.create({ userId: 'ada' })),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
});
