import { describe, expect, test } from 'vitest';
import { day, hour, minute, type World } from '../engine/world.ts';

/** What every store must do with notes and with the index of types. Part of `testStore`. */
export function testNotes(at: () => World): void {
  describe('notes', () => {
    const put = async (key: string, value: string, more: { expiresAt?: number; ifVersion?: number } = {}) =>
      at().store.putNote(
        'area',
        key,
        { value, expiresAt: more.expiresAt ?? null, ifVersion: more.ifVersion ?? null },
        at().clock.at,
      );

    test('are kept with a version that every write raises', async () => {
      const { store, clock } = at();
      expect(await store.note('area', 'a', clock.at)).toBeNull();
      expect(await put('a', '{"x":"ü"}')).toBe(1);
      expect(await put('a', '12345')).toBe(2);
      expect(await store.note('area', 'a', clock.at)).toEqual({
        key: 'a',
        value: '12345',
        version: 2,
        expiresAt: null,
      });
      expect(await store.note('other', 'a', clock.at)).toBeNull();
      expect(await store.dropNote('area', 'a', clock.at)).toBe(true);
      expect(await store.dropNote('area', 'a', clock.at)).toBe(false);
      expect(await put('a', '1')).toBe(1);
    });

    test('a write on the condition of a version loses against a faster one', async () => {
      expect(await put('a', '1', { ifVersion: 0 })).toBe(1);
      expect(await put('a', '2', { ifVersion: 0 })).toBeNull();
      const results = await Promise.all([1, 2, 3, 4].map((value) => put('a', String(value), { ifVersion: 1 })));
      expect(results.filter((version) => version === 2)).toHaveLength(1);
      expect(results.filter((version) => version === null)).toHaveLength(3);
    });

    test('live up to their end and not at it', async () => {
      const { store, clock } = at();
      const expiresAt = clock.at + hour;
      await put('a', '1', { expiresAt });
      clock.at = expiresAt - 1;
      expect(await store.note('area', 'a', clock.at)).toMatchObject({ version: 1, expiresAt });
      clock.at = expiresAt;
      expect(await store.note('area', 'a', clock.at)).toBeNull();
      expect(await store.notes('area', { limit: 10, after: null }, clock.at)).toEqual([]);
      expect(await put('a', '2', { ifVersion: 0 })).toBe(1);
    });

    test('are listed by key, in pages', async () => {
      const { store, clock } = at();
      for (const key of ['b', 'a', 'c', 'ä']) await put(key, '1');
      await put('gone', '1', { expiresAt: clock.at + 1 });
      clock.at += 1;
      const page = async (after: string | null) =>
        (await store.notes('area', { limit: 2, after }, clock.at)).map(({ key }) => key);
      expect(await page(null)).toEqual(['a', 'b']);
      expect(await page('b')).toEqual(['c', 'ä']);
      expect(await page('ä')).toEqual([]);
    });
  });

  describe('scoped data', () => {
    test('has a life of its own, and outlives its session (S33)', async () => {
      const { sessions, clock } = at();
      const { id } = (await sessions.create({ userId: 'ada' })).session;
      await sessions.scoped.set(id, 'cart', ['book'], { life: '24h' });
      await sessions.scoped.set(id, 'form', { step: 2 }, { life: '10m' });
      expect(await sessions.scoped.list(id)).toEqual([
        { name: 'cart', endsAt: clock.at + day },
        { name: 'form', endsAt: clock.at + 10 * minute },
      ]);
      await sessions.revoke(id, 'revoked');
      clock.at += 10 * minute;
      expect(await sessions.scoped.get(id, 'form')).toBeNull();
      expect(await sessions.scoped.get(id, 'cart')).toEqual(['book']);
      await expect(sessions.scoped.set(id, 'cart', [])).rejects.toMatchObject({ code: 'session_ended' });
      expect(await sessions.scoped.remove(id, 'cart')).toBe(true);
    });

    test('loses no change when many change it at once', async () => {
      const { sessions } = at();
      const { id } = (await sessions.create({ userId: 'ada' })).session;
      const add = (value: unknown): number[] => [...((value as number[] | null) ?? []), 1];
      await Promise.all(Array.from({ length: 8 }, () => sessions.scoped.mutate(id, 'cart', add)));
      expect(await sessions.scoped.get(id, 'cart')).toHaveLength(8);
    });
  });

  describe('types', () => {
    test('sessions of a named type are found without their user, the newest first, in pages (S80, S83)', async () => {
      const { sessions, clock, store } = at();
      await sessions.types.define({ tag: 'checkout' });
      const made: string[] = [];
      for (const userId of ['ada', 'eve', 'ada', 'bob']) {
        clock.at += 1;
        made.unshift((await sessions.create({ userId, type: 'checkout' })).session.id);
      }
      await sessions.create({ userId: 'ada' });
      await sessions.revoke(made[1]!, 'revoked');
      const first = await store.ofType('checkout', { limit: 3, after: null }, clock.at);
      expect(first.found.map(({ record }) => record.id)).toEqual(made.slice(0, 3));
      expect(first.found[1]?.record.endReason).toBe('revoked');
      const { createdAt, id } = first.found[2]!.record;
      const rest = await store.ofType('checkout', { limit: 3, after: { createdAt, id } }, clock.at);
      expect(rest.found.map(({ record }) => record.id)).toEqual([made[3]]);
      expect((await store.ofType('default', { limit: 3, after: null }, clock.at)).found).toEqual([]);
      expect((await sessions.list('ada', { type: 'checkout' })).sessions.map((one) => one.id)).toEqual([made[3]]);
    });

    test('each comes with the stamp that may have ended it', async () => {
      const { sessions, clock, store } = at();
      await sessions.types.define({ tag: 'checkout' });
      await sessions.create({ userId: 'ada', type: 'checkout' });
      const { notBefore } = await sessions.revokeAll('ada');
      const { found } = await store.ofType('checkout', { limit: 3, after: null }, clock.at);
      expect(found).toMatchObject([{ notBefore, record: { endReason: null } }]);
      expect(await sessions.users.figures('checkout')).toMatchObject({ totalSessions: 1, activeSessions: 0 });
    });
  });

  describe('remember tokens', () => {
    test('are nobody’s session: none can be kept, read or seen', async () => {
      const { sessions } = at();
      await sessions.remember.issue('ada');
      await sessions.create({ userId: 'ada' });
      const hidden = (await sessions.events({ userId: 'ada' }))[0]!.sessionId!;
      await expect(sessions.revokeOthers('ada', hidden)).rejects.toMatchObject({ code: 'session_not_found' });
      await expect(sessions.reissue(hidden)).rejects.toMatchObject({ code: 'session_not_found' });
      expect(await sessions.inspect(hidden)).toBeNull();
      expect((await sessions.list('ada')).sessions).toHaveLength(1);
    });

    test('are neither listed nor counted, and end with everything else (S92)', async () => {
      const { sessions } = at();
      const token = await sessions.remember.issue('ada');
      expect((await sessions.list('ada')).sessions).toEqual([]);
      const first = await sessions.remember.redeem(token, { attemptKey: 'a'.repeat(22) });
      expect((await sessions.list('ada')).sessions.map(({ id }) => id)).toEqual([first?.session.session.id]);
      expect((await sessions.revokeAll('ada')).count).toBe(1);
      expect(await sessions.remember.redeem(first!.rememberToken)).toBeNull();
    });
  });
}
