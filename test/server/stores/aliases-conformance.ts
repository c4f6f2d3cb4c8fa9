import { describe, expect, test } from 'vitest';
import { createWorld, day, minute, second, type World } from '../engine/world.ts';

/** What every store must do with the ids that callers chose, once their sessions are over. Part of `testStore`. */
export function testAliases(at: () => World): void {
  describe('ids of callers', () => {
    const endless = { absoluteTimeout: null, idleTimeout: null };
    const kept = async (): Promise<string[]> => {
      const { store, clock } = at();
      return (await store.notes('aliases', { limit: 10, after: null }, clock.at)).map(({ value }) => value);
    };

    test.each<[string, (id: string, token: string) => Promise<unknown>]>([
      ['revoked', (id) => at().sessions.revoke(id, 'revoked')],
      ['ended with all others', () => at().sessions.revokeAll('ada')],
      ['ended to make room', () => at().sessions.create({ userId: 'ada', maxPerUser: 1 })],
      [
        'stolen',
        async (_id, token) => {
          await at().refresh(token, 'of the owner');
          await at().refresh(token, 'of a thief');
        },
      ],
    ])('leave after their session, which had no end in sight, was %s', async (_how, end) => {
      const { sessions, store, clock } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada', id: 'mine', ...endless });
      clock.at += 400 * day;
      await sessions.sweep();
      expect((await sessions.get('mine'))?.id).toBe(session.id);

      clock.at += minute;
      await end(session.id, refreshToken);
      await sessions.sweep();
      expect((await sessions.inspect('mine'))?.state).toBe('revoked');
      expect(await kept()).toEqual([]);
      clock.at += 7 * day;
      await sessions.sweep();
      expect(await store.note('alias:mine', '', clock.at)).toBeNull();
    });

    test('leave after their session, which had no absolute end, was idle for too long', async () => {
      const { sessions, store, clock } = at();
      await sessions.create({ userId: 'ada', id: 'mine', idleTimeout: '30m', absoluteTimeout: null });
      clock.at += 30 * minute;
      await sessions.sweep();
      expect((await sessions.inspect('mine'))?.endReason).toBe('idle');
      clock.at += 7 * day;
      await sessions.sweep();
      expect(await store.note('alias:mine', '', clock.at)).toBeNull();
    });

    test('stay with the one who took them after the session', async () => {
      const { sessions, clock } = at();
      await sessions.create({ userId: 'ada', id: 'mine', ...endless });
      await sessions.revoke('mine', 'revoked');
      const next = (await sessions.create({ userId: 'eve', id: 'mine', ...endless })).session;
      expect(await kept()).toHaveLength(2);
      await sessions.sweep();
      expect(await kept()).toHaveLength(1);
      clock.at += 8 * day;
      await sessions.sweep();
      expect((await sessions.get('mine'))?.id).toBe(next.id);
    });

    test('leave when the machine died before the session was there', async () => {
      const { store, sessions, clock } = at();
      const dying = createWorld({ ...store, create: () => Promise.reject(new Error('the machine died')) });
      dying.clock.at = clock.at;
      await expect(dying.sessions.create({ userId: 'ada', id: 'mine', ...endless })).rejects.toThrow('died');
      clock.at += 11 * second;
      await sessions.sweep();
      expect(await store.note('alias:mine', '', clock.at)).not.toBeNull();
      clock.at += 7 * day;
      await sessions.sweep();
      expect(await kept()).toEqual([]);
      clock.at += 7 * day;
      expect(await store.note('alias:mine', '', clock.at)).toBeNull();
    });

    test('leave without a sweep where the session has an absolute end', async () => {
      const { store, sessions, clock } = at();
      await sessions.create({ userId: 'ada', id: 'mine' });
      expect(await kept()).toEqual([]);
      clock.at += 8 * day;
      expect(await store.note('alias:mine', '', clock.at)).toBeNull();
    });

    test('are looked through in pages', async () => {
      const { sessions } = at();
      for (let i = 0; i < 103; i++) await sessions.create({ userId: 'ada', id: `n${i}`, ...endless });
      await sessions.revokeAll('ada');
      await sessions.sweep();
      expect(await kept()).toEqual([]);
    });
  });
}
