import { describe, expect, test } from 'vitest';
import type { CreateSession, JsonObject, NewTypeDefinition } from 'sojourn/server';
import type { Subject } from './subject.ts';

const half = '\ud800';
const invalid = { code: 'invalid_argument', status: 400 };

/** What no types allow, and a program without types passes all the same. */
function untyped<Wanted>(value: unknown): Wanted {
  return value as Wanted;
}

const notIds: Array<[what: string, id: string]> = [
  ['long', 'x'.repeat(600)],
  ['very long', 'x'.repeat(100_000)],
  ['empty', ''],
  ['half a character', `session_${half}`],
  ['no text', untyped(5)],
  ['missing', untyped(undefined)],
];

/** What cannot be used is answered alike, wherever the engine is. */
export function inputsContract(on: Subject): void {
  describe('an id or a token that can be none', () => {
    test.each(notIds)('is unknown, as any other is that leads nowhere: %s', async (_what, id) => {
      const { sessions } = on;
      const missing = { code: 'session_not_found', status: 404 };
      await on.start();
      expect([await sessions.get(id), await sessions.inspect(id), await sessions.isValid(id)]).toEqual([
        null,
        null,
        false,
      ]);
      expect(await sessions.revoke(id, 'revoked')).toBe(false);
      expect(await sessions.check(id, 1)).toEqual({ ok: false, why: 'ended', reason: 'unknown' });
      await expect(sessions.touch(id)).rejects.toMatchObject(missing);
      await expect(sessions.timeRemaining(id)).rejects.toMatchObject(missing);
      await expect(sessions.data.set(id, 'a', 1)).rejects.toMatchObject(missing);
      await expect(sessions.revokeOthers('ada', id)).rejects.toMatchObject(missing);
      expect([await sessions.scoped.get(id, 'a'), await sessions.scoped.list(id)]).toEqual([null, []]);
      const unknown = { outcome: 'ended', reason: 'unknown', sessionId: null };
      expect(await sessions.refresh({ refreshToken: id, attemptKey: null, keyThumbprint: null })).toEqual(unknown);
      expect([await sessions.getByToken(id), await sessions.revokeByToken(id, null)]).toEqual([null, false]);
      expect([await sessions.remember.redeem(id), await sessions.remember.revoke(id)]).toEqual([null, false]);
      expect((await sessions.list('ada')).sessions).toHaveLength(1);
    });

    test.each(notIds.filter(([, tag]) => typeof tag === 'string'))(
      'is a session type that there is not: %s',
      async (_what, tag) => {
        const { types, users } = on.sessions;
        expect([await types.get(tag), await types.remove(tag)]).toEqual([null, false]);
        await expect(types.update(tag, {})).rejects.toMatchObject({ code: 'session_type_not_found', status: 404 });
        expect(await users.list(tag)).toMatchObject({ total: 0 });
        expect(await on.sessions.revokeOfType('ada', tag)).toEqual({ count: 0 });
      },
    );
  });

  describe('a user id that can be none', () => {
    test.each(notIds.filter(([what]) => !what.startsWith('half')).concat([['half a character', half]]))(
      'is nobody, and least of all somebody else: %s',
      async (_what, userId) => {
        const { sessions } = on;
        const others = ['undefined', 'null', '5', '\ufffd'];
        for (const other of others) await on.start({ userId: other });
        const calls = [
          () => sessions.revokeAll(userId),
          () => sessions.claimsChanged(userId),
          () => sessions.list(userId),
          () => sessions.sweepUser(userId),
          () => sessions.events({ userId }),
          () => sessions.remember.issue(userId),
          () => sessions.create({ userId }),
        ];
        for (const call of calls) await expect(call()).rejects.toMatchObject(invalid);
        for (const other of others) expect((await sessions.list(other)).sessions).toHaveLength(1);
      },
    );
  });

  describe('a number that is none', () => {
    test('is no limit', async () => {
      const { sessions } = on;
      await expect(sessions.create({ userId: 'ada', maxPerUser: Number.NaN })).rejects.toMatchObject(invalid);
      await expect(sessions.types.define({ tag: 'a', maxPerUser: Number.NaN })).rejects.toMatchObject(invalid);
      await expect(sessions.list('ada', { limit: Number.NaN })).rejects.toMatchObject(invalid);
      await expect(sessions.events({ userId: 'ada', limit: Number.NaN })).rejects.toMatchObject(invalid);
      await expect(sessions.check('nobody', Number.NaN)).rejects.toMatchObject(invalid);
      expect((await sessions.list('ada')).sessions).toEqual([]);
    });
  });

  test('a page of any length is as long as pages are', async () => {
    await on.sessions.types.define({ tag: 'shop' });
    const { id } = await on.start({ type: 'shop' });
    const { users } = on.sessions;
    for (const limit of [Infinity, 1e300, 1e9]) {
      expect((await on.sessions.list('ada', { limit })).sessions).toMatchObject([{ id }]);
      expect(await on.sessions.events({ userId: 'ada', limit })).toHaveLength(1);
      expect(await users.list('shop', { limit })).toMatchObject({ total: 1, limit: 200 });
      expect(await users.sessions('shop', { limit })).toMatchObject({ total: 1, limit: 200 });
    }
  });

  describe('a member that is undefined', () => {
    test('is as if it were not there', async () => {
      const nothing = { type: undefined, id: undefined, acr: undefined, data: undefined, device: null };
      const wishes = untyped<CreateSession>({ userId: 'ada', ...nothing });
      const { session } = await on.sessions.create(wishes);
      expect(session).toMatchObject({ type: 'default', device: { label: null, userAgent: null } });
      const page = untyped<{ limit: number }>({ limit: undefined, type: undefined, cursor: undefined });
      expect((await on.sessions.list('ada', page)).sessions).toEqual([session]);
      const named = untyped<NewTypeDefinition>({ tag: 'a', name: undefined, schema: undefined, windowMs: undefined });
      expect(await on.sessions.types.define(named)).toMatchObject({ tag: 'a', name: 'a', schema: null });
    });
  });

  describe('what is no JSON', () => {
    test.each([
      ['a date', new Date(0)],
      ['a map', new Map([[1, 2]])],
      ['a big number', 10n],
      ['nothing', undefined],
    ])('is kept with no session and no session type: %s', async (_what, value) => {
      const { sessions } = on;
      const object = untyped<JsonObject>({ value });
      const refused = { code: 'data_not_serializable', status: 422, retryable: false };
      await expect(sessions.create({ userId: 'ada', data: object })).rejects.toMatchObject(refused);
      await expect(sessions.create({ userId: 'ada', trustContext: object })).rejects.toMatchObject(refused);
      const token = await sessions.remember.issue('ada');
      await expect(sessions.remember.redeem(token, { session: { data: object } })).rejects.toMatchObject(refused);
      await expect(sessions.types.define({ tag: 'a', custom: object })).rejects.toMatchObject(refused);
      await expect(sessions.types.define({ tag: 'a', schema: object })).rejects.toMatchObject({ code: 'data_invalid' });
      await sessions.types.define({ tag: 'a' });
      await expect(sessions.types.update('a', { custom: object })).rejects.toMatchObject(refused);
      await expect(sessions.types.update('a', { schema: object })).rejects.toMatchObject({ code: 'data_invalid' });
      expect(await sessions.types.get('a')).toMatchObject({ custom: null, schema: null });
    });

    test.each([
      ['a number', 1],
      ['a text', 'a'],
      ['a list', []],
    ])('object is no data: %s', async (_what, value) => {
      const { id } = await on.start();
      const refused = { code: 'data_invalid', status: 422 };
      const data = untyped<JsonObject>(value);
      await expect(on.sessions.create({ userId: 'ada', data })).rejects.toMatchObject(refused);
      await expect(on.sessions.data.replace(id, data)).rejects.toMatchObject(refused);
      await expect(on.sessions.data.update(id, data)).rejects.toMatchObject(refused);
      await expect(on.sessions.types.define({ tag: 'a', custom: data })).rejects.toMatchObject(refused);
    });
  });

  describe('a text that is too long', () => {
    test('is refused where it is kept, with one limit for all', async () => {
      const { id } = await on.start();
      const { data, types } = on.sessions;
      const [key, name] = ['k'.repeat(512), 'n'.repeat(256)];
      expect((await data.set(id, key, 1)).data).toEqual({ [key]: 1 });
      await expect(data.set(id, `${key}k`, 1)).rejects.toMatchObject({ code: 'data_invalid', status: 422 });
      expect((await data.remove(id, key)).data).toEqual({});
      await expect(data.remove(id, `${key}k`)).rejects.toMatchObject({ code: 'data_invalid', status: 422 });
      expect((await types.define({ tag: 'a', name })).name).toBe(name);
      await expect(types.define({ tag: 'b', name: `${name}n` })).rejects.toMatchObject(invalid);
      await expect(on.sessions.scoped.set(id, 's'.repeat(129), 1)).rejects.toMatchObject(invalid);
    });

    test('is cut where it names a device', async () => {
      const device = { label: 'l'.repeat(5000), userAgent: 'u'.repeat(5000) };
      const { session } = await on.sessions.create({ userId: 'ada', device });
      expect([session.device.label, session.device.userAgent]).toEqual(['l'.repeat(128), 'u'.repeat(256)]);
    });
  });

  test('a selector that is no text is none', async () => {
    for (const selector of [5, {}, true])
      await expect(on.sessions.types.define({ tag: 'a', selector: untyped(selector) })).rejects.toMatchObject({
        code: 'invalid_selector',
        status: 400,
      });
  });

  test('what is no object describes neither a session nor a type', async () => {
    for (const nothing of [undefined, null, 5]) {
      await expect(on.sessions.create(untyped(nothing))).rejects.toMatchObject(invalid);
      await expect(on.sessions.types.define(untyped(nothing))).rejects.toMatchObject(invalid);
    }
  });
}
