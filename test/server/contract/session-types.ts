import { describe, expect, test } from 'vitest';
import { hour, type Subject } from './subject.ts';

export function typesContract(on: Subject): void {
  describe('a session type', () => {
    test('is defined with defaults (S70)', async () => {
      const type = await on.sessions.types.define({ tag: 'shop' });
      expect(type).toEqual({
        tag: 'shop',
        name: 'shop',
        description: '',
        schema: null,
        selector: null,
        encrypt: false,
        windowMs: null,
        idleTimeoutMs: null,
        absoluteMs: undefined,
        renewal: 'none',
        custom: null,
        createdAt: on.clock.now(),
        updatedAt: on.clock.now(),
      });
      expect(await on.sessions.types.get('shop')).toEqual(type);
    });

    test('is defined as it is wished, changed in parts and removed (S71, S72, S73, S74)', async () => {
      const first = await on.sessions.types.define({
        tag: 'user-session',
        name: 'User Session',
        description: 'Of people ⚓',
        schema: { userId: 'user_123', details: { username: 'string' } },
        selector: '$Session{details}{username}',
        encrypt: true,
        windowMs: 7 * 24 * hour + 1,
        idleTimeoutMs: 90_500,
        absoluteMs: null,
        renewal: 'access',
        maxPerUser: 3,
        custom: { expiry: 7, period: 'days' },
      });
      expect(first).toMatchObject({ idleTimeoutMs: 90_500, absoluteMs: null, maxPerUser: 3 });
      on.clock.advance(5);
      const second = await on.sessions.types.update('user-session', { windowMs: hour, maxPerUser: null });
      expect(second).toEqual({ ...first, windowMs: hour, maxPerUser: null, updatedAt: on.clock.now() });
      await on.sessions.types.define({ tag: 'a' });
      expect((await on.sessions.types.list()).map(({ tag }) => tag)).toEqual(['a', 'user-session']);
      expect(await on.sessions.types.remove('a')).toBe(true);
      expect(await on.sessions.types.remove('a')).toBe(false);
      expect(await on.sessions.types.get('a')).toBeNull();
    });

    test('bounds how many sessions a user has, in the place of what the engine says', async () => {
      await on.sessions.types.define({ tag: 'kiosk', maxPerUser: 1 });
      const [first, second] = [
        await on.sessions.create({ userId: 'ada', type: 'kiosk' }),
        await on.sessions.create({ userId: 'ada', type: 'kiosk' }),
      ];
      expect(await on.sessions.inspect(first.session.id)).toMatchObject({ endReason: 'revoked' });
      await on.sessions.types.update('kiosk', { maxPerUser: null });
      await on.sessions.create({ userId: 'ada', type: 'kiosk' });
      expect(await on.sessions.isValid(second.session.id)).toBe(true);
    });

    test.each([
      ['a tag with a space', { tag: 'a b' }, 'invalid_argument'],
      ['an empty tag', { tag: '' }, 'invalid_argument'],
      ['a plain selector', { tag: 'a', schema: { userId: 'x' }, selector: 'userId' }, 'invalid_selector'],
      ['a selector to nowhere', { tag: 'a', schema: { userId: 'x' }, selector: '$Session{id}' }, 'invalid_selector'],
      ['a window that goes back', { tag: 'a', windowMs: -5 }, 'invalid_duration'],
      ['a window that is no number', { tag: 'a', windowMs: Number.NaN }, 'invalid_duration'],
      ['a limit of no session', { tag: 'a', maxPerUser: 0 }, 'invalid_argument'],
      ['a limit of half a session', { tag: 'a', maxPerUser: 1.5 }, 'invalid_argument'],
    ])('is not defined with %s (S77, S78)', async (_what, type, code) => {
      await expect(on.sessions.types.define(type)).rejects.toMatchObject({ code });
    });

    test('is there once, and changed only where it is there', async () => {
      await on.sessions.types.define({ tag: 'shop' });
      await expect(on.sessions.types.define({ tag: 'shop' })).rejects.toMatchObject({
        code: 'session_type_exists',
        status: 409,
      });
      await expect(on.sessions.types.update('..', {})).rejects.toMatchObject({
        code: 'session_type_not_found',
        status: 404,
      });
      expect(await on.sessions.types.get('')).toBeNull();
    });

    test('says whose a session is, and what its data looks like (S76, S79)', async () => {
      const schema = { userId: 'user_123', age: 7 };
      await on.sessions.types.define({ tag: 'shop', schema, selector: '$Session{userId}' });
      const start = (data: object): Promise<unknown> =>
        on.sessions.create({ type: 'shop', data: data as Record<string, never> });
      expect(await start({ userId: 'ada', age: 36, more: true })).toMatchObject({ session: { userId: 'ada' } });
      await expect(start({ age: 36 })).rejects.toMatchObject({ status: 422 });
      await expect(start({ userId: 'ada', age: 'old' })).rejects.toMatchObject({ code: 'data_invalid', status: 422 });
    });

    test('with live sessions is removed only by force (S74)', async () => {
      await on.sessions.types.define({ tag: 'shop' });
      const { id } = await on.start({ type: 'shop' });
      await expect(on.sessions.types.remove('shop')).rejects.toMatchObject({ code: 'version_conflict', status: 409 });
      expect(await on.sessions.types.remove('shop', { force: true })).toBe(true);
      expect(await on.sessions.isValid(id)).toBe(false);
    });
  });

  describe('the users of a type', () => {
    test('are counted, paged and shown with their sessions (S83, S84, S85, S86)', async () => {
      await on.sessions.types.define({ tag: 'shop', windowMs: hour });
      const first = await on.start({ type: 'shop', userId: 'ada' });
      on.clock.advance(1000);
      await on.start({ type: 'shop', userId: 'e/v e' });
      const { users } = on.sessions;
      expect(await users.list('shop', { limit: 1 })).toEqual({
        users: [
          {
            userId: 'e/v e',
            type: 'shop',
            firstSeenAt: on.clock.now(),
            lastSeenAt: on.clock.now(),
            sessionCount: 1,
            activeSessionCount: 1,
          },
        ],
        total: 2,
        page: 1,
        limit: 1,
        totalPages: 2,
      });
      expect((await users.list('shop', { page: 2, limit: 1 })).users[0]?.userId).toBe('ada');
      expect(await users.get('shop', 'ada')).toMatchObject({ userId: 'ada', sessions: [{ id: first.id }] });
      expect(await users.get('shop', 'nobody')).toBeNull();
      expect(await users.sessions('shop', { userId: 'ada' })).toMatchObject({ total: 1, sessions: [{ id: first.id }] });
      expect(await users.sessions('shop', { page: 3 })).toMatchObject({ total: 2, sessions: [] });
      await on.sessions.revoke(first.id, 'revoked');
      expect(await users.figures('shop')).toEqual({
        totalUsers: 2,
        activeUsers: 1,
        inactiveUsers: 1,
        expiredUsers: 0,
        newUsersToday: 2,
        newUsersThisWeek: 2,
        totalSessions: 2,
        activeSessions: 1,
        averageSessionsPerUser: 1,
      });
    });

    test('are none where the type has none', async () => {
      expect(await on.sessions.users.list('nothing')).toMatchObject({ users: [], total: 0, totalPages: 0 });
      expect(await on.sessions.users.figures('nothing')).toMatchObject({ totalUsers: 0, averageSessionsPerUser: 0 });
      await expect(on.sessions.users.list('nothing', { page: 0 })).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(on.sessions.users.list('default')).rejects.toMatchObject({ code: 'invalid_argument' });
    });
  });
}
