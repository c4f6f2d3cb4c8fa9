import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import type { JsonObject, JsonValue } from '../../../src/server/engine/json.ts';
import { createWorld, type World } from './world.ts';

describe('merging and changing data', () => {
  let world: World;
  let id: string;

  beforeEach(async () => {
    world = createWorld(createMemoryStore());
    id = (await world.sessions.create({ userId: 'ada', data: { theme: { mode: 'dark' }, list: [1] } })).session.id;
  });

  test('a merge adds what is new, deeply, and leaves what exists (S25)', async () => {
    const patch = { theme: { mode: 'light', size: 2 }, list: [2, 3], fresh: null };
    const { data } = await world.sessions.data.merge(id, patch);
    expect(data).toEqual({ theme: { mode: 'dark', size: 2 }, list: [1], fresh: null });
  });

  test('with `overwrite` the new leaf wins', async () => {
    const patch = { theme: { mode: 'light' }, list: { a: 1 } };
    const { data } = await world.sessions.data.merge(id, patch, { overwrite: true });
    expect(data).toEqual({ theme: { mode: 'light' }, list: { a: 1 } });
  });

  test('a leaf does not become an object, nor an object a leaf, unless it is overwritten', async () => {
    const { data } = await world.sessions.data.merge(id, { theme: 'plain', list: { a: 1 } });
    expect(data).toEqual({ theme: { mode: 'dark' }, list: [1] });
  });

  test('refuses keys that lead to a prototype', async () => {
    const patch = JSON.parse('{"theme":{"__proto__":{"a":1}}}') as JsonObject;
    await expect(world.sessions.data.merge(id, patch)).rejects.toMatchObject({ code: 'data_invalid' });
  });

  test('a change sees null for a key that is not there, and loses nothing that others write (S32)', async () => {
    const push = (value: JsonValue): JsonValue => [...((value as JsonValue[] | null) ?? []), 'x'];
    await Promise.all(Array.from({ length: 10 }, () => world.sessions.data.mutate(id, 'cart', push)));
    expect((await world.sessions.data.get(id))['cart']).toHaveLength(10);
    await world.sessions.data.mutate(id, 'toString', (value) => (value === null ? 'was not there' : 'was there'));
    expect((await world.sessions.data.get(id))['toString']).toBe('was not there');
  });

  test('a change to something that is no JSON is refused, and nothing is written', async () => {
    const before = await world.sessions.data.get(id);
    const bad = (): JsonValue => undefined as unknown as JsonValue;
    await expect(world.sessions.data.mutate(id, 'cart', bad)).rejects.toMatchObject({ code: 'data_not_serializable' });
    expect(await world.sessions.data.get(id)).toEqual(before);
  });
});
