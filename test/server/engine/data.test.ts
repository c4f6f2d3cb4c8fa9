import { beforeEach, describe, expect, test } from 'vitest';
import { createMemoryStore } from '../../../src/server/stores/memory.ts';
import type { JsonObject } from '../../../src/server/engine/json.ts';
import { createWorld, type World } from './world.ts';

describe('session data', () => {
  let world: World;
  let id: string;

  beforeEach(async () => {
    world = createWorld(createMemoryStore());
    id = (await world.sessions.create({ userId: 'ada', data: { kept: true } })).session.id;
  });

  test('refuses keys that lead to a prototype, at any depth and in every operation', async () => {
    const { data } = world.sessions;
    for (const key of ['__proto__', 'constructor', 'prototype', '']) {
      const nested = JSON.parse(`{"a":[{"${key}":1}]}`) as JsonObject;
      const flat = JSON.parse(`{"${key}":1}`) as JsonObject;
      const invalid = { code: 'data_invalid' };
      await expect(data.set(id, key, 1)).rejects.toMatchObject(invalid);
      await expect(data.set(id, 'a', nested)).rejects.toMatchObject(invalid);
      await expect(data.remove(id, key)).rejects.toMatchObject(invalid);
      for (const bad of [nested, flat]) {
        await expect(data.update(id, bad)).rejects.toMatchObject(invalid);
        await expect(data.replace(id, bad)).rejects.toMatchObject(invalid);
        await expect(world.sessions.create({ userId: 'ada', data: bad })).rejects.toMatchObject(invalid);
      }
    }
    expect(await data.get(id)).toEqual({ kept: true });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('refuses what JSON would change or drop', async () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    const values: unknown[] = [
      undefined,
      Number.NaN,
      Infinity,
      1n,
      Symbol('s'),
      () => 1,
      new Date(),
      new Map(),
      new (class Thing {})(),
      // oxlint-disable-next-line no-sparse-arrays
      [1, , 2],
      { a: undefined },
      [{ b: [undefined] }],
      cycle,
    ];
    for (const value of values)
      await expect(world.sessions.data.set(id, 'a', value)).rejects.toMatchObject({ code: 'data_not_serializable' });
    for (const data of [[], null, 'text', 3])
      await expect(world.sessions.data.replace(id, data as unknown as JsonObject)).rejects.toMatchObject({
        code: 'data_invalid',
      });
    expect(await world.sessions.data.get(id)).toEqual({ kept: true });
  });

  test('has at most 64 KiB of UTF-8, counted whole, and keeps what it had when a write is too large', async () => {
    const { data } = world.sessions;
    const around = JSON.stringify({ a: '' }).length;
    await data.replace(id, { a: 'x'.repeat(65_536 - around) });
    await expect(data.replace(id, { a: 'x'.repeat(65_537 - around) })).rejects.toMatchObject({
      code: 'payload_too_large',
      status: 413,
    });
    await expect(data.set(id, 'b', 1)).rejects.toMatchObject({ code: 'payload_too_large' });
    for (const [text, bytes] of [
      ['é', 2],
      ['€', 3],
      ['\u{1F642}', 4],
    ] as const) {
      const most = Math.floor((65_536 - around) / bytes);
      await data.replace(id, { a: text.repeat(most) });
      await expect(data.replace(id, { a: text.repeat(most + 1) })).rejects.toMatchObject({ code: 'payload_too_large' });
      expect((await data.get(id))['a']).toBe(text.repeat(most));
    }
  });

  test('that was read is a copy', async () => {
    const read = await world.sessions.data.get(id);
    read['kept'] = false;
    const viewed = (await world.sessions.get(id))!;
    viewed.data['kept'] = false;
    expect(await world.sessions.data.get(id)).toEqual({ kept: true });
  });

  test('of a session that is not there: not found; of one that is over: ended', async () => {
    const gone = id.replace(/.{5}A?.$/, 'xxxxxg');
    for (const missing of ['', 'nonsense', gone]) {
      await expect(world.sessions.data.get(missing)).rejects.toMatchObject({ code: 'session_not_found' });
      await expect(world.sessions.data.clear(missing)).rejects.toMatchObject({ code: 'session_not_found' });
      await expect(world.sessions.touch(missing)).rejects.toMatchObject({ code: 'session_not_found' });
      expect(await world.sessions.get(missing)).toBeNull();
      expect(await world.sessions.revoke(missing, 'revoked')).toBe(false);
    }
    await world.sessions.revoke(id, 'revoked');
    await expect(world.sessions.data.get(id)).rejects.toMatchObject({ code: 'session_ended', reason: 'revoked' });
  });

  test('is written although hundreds were quicker, and nothing that they wrote is lost', async () => {
    const store = createMemoryStore();
    const left = Array.from({ length: 300 }, (_, i) => `k${i}`);
    const busy = createWorld({
      ...store,
      putData: async (key, change, now) => {
        const other = left.pop();
        const { record } = await store.read(key, now);
        if (other !== undefined && record !== null) {
          const data = JSON.stringify({ ...JSON.parse(record.data ?? '{}'), [other]: 1 });
          await store.putData(key, { data, ifVersion: record.version }, now);
        }
        return store.putData(key, change, now);
      },
    });
    const { session } = await busy.sessions.create({ userId: 'ada' });
    const { data } = await busy.sessions.data.set(session.id, 'mine', 1);
    expect(Object.keys(data)).toHaveLength(301);
  });

  test('gives up to faster writers after a while instead of trying for ever', async () => {
    const store = createMemoryStore();
    const busy = createWorld({
      ...store,
      putData: (key, change, now) => store.putData(key, { ...change, ifVersion: -1 }, now),
    });
    const { session } = await busy.sessions.create({ userId: 'ada' });
    await expect(busy.sessions.data.set(session.id, 'a', 1)).rejects.toMatchObject({ code: 'version_conflict' });
  });
});
