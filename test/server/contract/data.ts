import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from 'sojourn/server';
import { unknownId, type Subject } from './subject.ts';

const polluting = JSON.parse('{"__proto__":{"isAdmin":true}}') as JsonObject;
const conflict = { code: 'version_conflict', status: 409 };

export function dataContract(on: Subject): void {
  describe('the data', () => {
    test('is written key by key, whatever the key is (S26, S28)', async () => {
      const { id } = await on.start({ data: { kept: true } });
      for (const key of ['a', '..', '.', 'a/b', '?#&', '%2F', '=', 'ключ', '⚓', ' ']) {
        const session = await on.sessions.data.set(id, key, { is: key });
        expect(session.data).toEqual({ kept: true, [key]: { is: key } });
        expect((await on.sessions.data.remove(id, key)).data).toEqual({ kept: true });
      }
      expect((await on.sessions.data.remove(id, 'was never there')).data).toEqual({ kept: true });
    });

    test('holds null, false, 0 and the empty text apart from nothing', async () => {
      const { id } = await on.start();
      for (const value of [null, false, 0, '', [], {}] as JsonValue[])
        expect((await on.sessions.data.set(id, 'a', value)).data).toEqual({ a: value });
      await expect(on.sessions.data.set(id, 'a', undefined)).rejects.toMatchObject({ code: 'data_not_serializable' });
    });

    test('is updated shallowly, replaced and cleared (S24, S29)', async () => {
      const { id } = await on.start({ data: { a: { b: 1 }, c: 2 } });
      expect((await on.sessions.data.update(id, { a: { d: 3 }, e: null })).data).toEqual({
        a: { d: 3 },
        c: 2,
        e: null,
      });
      expect((await on.sessions.data.replace(id, { f: 4 })).data).toEqual({ f: 4 });
      expect((await on.sessions.data.clear(id)).data).toEqual({});
      expect(await on.sessions.data.get(id)).toEqual({});
      expect(await on.sessions.isValid(id)).toBe(true);
    });

    test('is merged at every depth; what exists stays, or gives way (S25)', async () => {
      const { id } = await on.start({ data: { a: { b: 1, list: [1] } } });
      const patch = { a: { b: 2, c: 3, list: [2] }, d: 4 };
      expect((await on.sessions.data.merge(id, patch)).data).toEqual({ a: { b: 1, c: 3, list: [1] }, d: 4 });
      expect((await on.sessions.data.merge(id, patch, { overwrite: true })).data).toEqual(patch);
    });

    test('is compared and set by its version (S32)', async () => {
      const { id, version } = await on.start();
      const { version: next } = await on.sessions.data.update(id, { a: 1 }, { ifVersion: version });
      expect(next).toBeGreaterThan(version);
      await expect(on.sessions.data.update(id, { a: 2 }, { ifVersion: version })).rejects.toMatchObject(conflict);
      await expect(on.sessions.data.merge(id, { b: 2 }, { ifVersion: version })).rejects.toMatchObject(conflict);
      await expect(on.sessions.data.replace(id, {}, { ifVersion: version })).rejects.toMatchObject(conflict);
      await on.sessions.touch(id);
      expect((await on.sessions.data.replace(id, { a: 3 }, { ifVersion: next })).data).toEqual({ a: 3 });
    });

    test('loses no change of many at once (S32)', async () => {
      const { id } = await on.start();
      const add = (): Promise<unknown> =>
        on.sessions.data.mutate(id, 'count', (count) => (typeof count === 'number' ? count : 0) + 1);
      await Promise.all([1, 2, 3, 4].map(add));
      expect(await on.sessions.data.get(id)).toEqual({ count: 4 });
    });

    test('stays as it was when a change of it throws, or gives what JSON cannot hold', async () => {
      const { id } = await on.start({ data: { a: 1 } });
      const broken = (): never => {
        throw new RangeError('not today');
      };
      await expect(on.sessions.data.mutate(id, 'a', broken)).rejects.toThrow('not today');
      await expect(on.sessions.data.mutate(id, 'a', () => Number.NaN)).rejects.toMatchObject({
        code: 'data_not_serializable',
      });
      expect(await on.sessions.data.get(id)).toEqual({ a: 1 });
    });

    test.each(['__proto__', 'constructor', 'prototype', ''])('takes no key %j, at any depth (S34)', async (key) => {
      const { id } = await on.start();
      const invalid = { code: 'data_invalid', status: 422 };
      await expect(on.sessions.data.set(id, key, 1)).rejects.toMatchObject(invalid);
      await expect(on.sessions.data.remove(id, key)).rejects.toMatchObject(invalid);
      await expect(on.sessions.data.mutate(id, key, () => 1)).rejects.toMatchObject(invalid);
      const nested = JSON.parse(`{"a":[{${JSON.stringify(key)}:1}]}`) as JsonObject;
      await expect(on.sessions.data.update(id, nested)).rejects.toMatchObject(invalid);
      await expect(on.sessions.data.set(id, 'a', nested)).rejects.toMatchObject(invalid);
    });

    test('takes no prototype', async () => {
      const { id } = await on.start();
      for (const write of [on.sessions.data.update, on.sessions.data.merge, on.sessions.data.replace])
        await expect(write(id, polluting)).rejects.toMatchObject({ code: 'data_invalid' });
      expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
    });

    test.each([
      ['a date', new Date(0)],
      ['a function', () => 1],
      ['a hole', [1, undefined]],
      ['an infinite number', Infinity],
      ['a map', new Map()],
    ])('takes nothing that JSON would change: %s (S30)', async (_what, value) => {
      const { id } = await on.start();
      await expect(on.sessions.data.set(id, 'a', value)).rejects.toMatchObject({
        code: 'data_not_serializable',
        status: 422,
      });
    });

    test('has at most 64 KiB, in UTF-8 (S31)', async () => {
      const { id } = await on.start();
      const most = 65_536 - '{"a":""}'.length;
      await on.sessions.data.set(id, 'a', 'x'.repeat(most));
      await expect(on.sessions.data.set(id, 'a', 'x'.repeat(most + 1))).rejects.toMatchObject({
        code: 'payload_too_large',
        status: 413,
      });
      await expect(on.sessions.data.set(id, 'a', 'é'.repeat(most / 2 + 1))).rejects.toMatchObject({
        code: 'payload_too_large',
      });
    });

    test('of no session is neither read nor written', async () => {
      const missing = { code: 'session_not_found', status: 404 };
      const { data } = on.sessions;
      await expect(data.get(unknownId)).rejects.toMatchObject(missing);
      await expect(data.set(unknownId, 'a', 1)).rejects.toMatchObject(missing);
      await expect(data.update(unknownId, {})).rejects.toMatchObject(missing);
      await expect(data.merge(unknownId, {})).rejects.toMatchObject(missing);
      await expect(data.replace(unknownId, {})).rejects.toMatchObject(missing);
      await expect(data.remove(unknownId, 'a')).rejects.toMatchObject(missing);
      await expect(data.clear(unknownId)).rejects.toMatchObject(missing);
      await expect(data.mutate(unknownId, 'a', () => 1)).rejects.toMatchObject(missing);
    });
  });
}
