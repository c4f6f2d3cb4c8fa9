import { describe, expect, test } from 'vitest';
import type { World } from '../engine/world.ts';
import { minute } from '../engine/world.ts';

/** What every store must do when access tokens of before are to be stale. Part of `testStore`. */
export function testClaims(at: () => World): void {
  describe('claims that changed', () => {
    test('make the access tokens of all sessions of a user stale, end nothing, and leave others alone', async () => {
      const { sessions, clock, refresh } = at();
      const mine = [];
      for (let i = 0; i < 3; i++) mine.push(await sessions.create({ userId: 'ada' }));
      const theirs = await sessions.create({ userId: 'grace' });
      clock.at += minute;

      expect(await sessions.claimsChanged('ada')).toEqual({ count: 3 });
      for (const { session, stamp, refreshToken } of mine) {
        expect(await sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'claims_stale' });
        const refreshed = await refresh(refreshToken);
        expect(refreshed).toMatchObject({ outcome: 'rotated' });
        if (!('stamp' in refreshed)) throw new Error('There are no tokens.');
        expect(await sessions.check(session.id, refreshed.stamp)).toMatchObject({ ok: true });
      }
      expect(await sessions.check(theirs.session.id, theirs.stamp)).toMatchObject({ ok: true });
    });

    test('are told to each session, are no activity, and a second time within the same millisecond counts, too', async () => {
      const { sessions, clock } = at();
      const { session } = await sessions.create({ userId: 'ada' });
      clock.at += minute;
      await sessions.claimsChanged('ada');
      const once = await sessions.reissue(session.id);
      await sessions.claimsChanged('ada');
      expect(await sessions.check(session.id, once.stamp)).toEqual({ ok: false, why: 'claims_stale' });
      expect(await sessions.get(session.id)).toMatchObject({
        lastActivityAt: session.createdAt,
        endsAt: session.endsAt,
        updatedAt: clock.at,
      });
      const events = await sessions.events({ userId: 'ada' });
      expect(events.slice(1)).toMatchObject([
        { type: 'session.claims_changed', sessionId: session.id, at: clock.at, detail: {} },
        { type: 'session.claims_changed' },
      ]);
    });

    test('reach more sessions than a page of them, each once', async () => {
      const { sessions, clock } = at();
      for (let i = 0; i < 205; i++) {
        clock.at += 1;
        await sessions.create({ userId: 'ada' });
      }
      const told: (string | null)[] = [];
      const stop = sessions.subscribe(({ sessionId }) => told.push(sessionId), { userId: 'ada' });
      expect(await sessions.claimsChanged('ada')).toEqual({ count: 205 });
      stop();
      expect(new Set(told).size).toBe(205);
      expect(told).toHaveLength(205);
    });

    test('do not hide a session from signing out everywhere, also in the same millisecond', async () => {
      const { sessions } = at();
      const { session } = await sessions.create({ userId: 'ada' });
      for (let i = 0; i < 3; i++) await sessions.claimsChanged('ada');
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 1 });
      expect(await sessions.get(session.id)).toBeNull();
    });

    test('are nothing to somebody without a session', async () => {
      expect(await at().sessions.claimsChanged('nobody')).toEqual({ count: 0 });
    });

    test('a new proof of who somebody is makes access tokens of before stale, too', async () => {
      const { sessions, clock } = at();
      const { session, stamp } = await sessions.create({ userId: 'ada' });
      clock.at += minute;
      await sessions.reauthenticated(session.id);
      expect(await sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'claims_stale' });
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 1 });
      expect(await sessions.get(session.id)).toBeNull();
    });
  });
}
