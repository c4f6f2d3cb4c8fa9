import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';
import { day, minute, second, type World } from '../engine/world.ts';

/** What every store must do when the sessions of everybody end. Part of `testStore`. */
export function testEverybody(at: () => World): void {
  describe('ending the sessions of everybody', () => {
    test('reaches every user, endless sessions, named types and remember tokens, and those who sign in afterwards go on', async () => {
      const { sessions, clock, refresh } = at();
      await sessions.types.define({ tag: 'kiosk' });
      const ada = await sessions.create({ userId: 'ada' });
      const grace = await sessions.create({ userId: 'grace', idleTimeout: null, absoluteTimeout: null });
      const alan = await sessions.create({ userId: 'alan', type: 'kiosk' });
      const remembered = await sessions.remember.issue('ada');
      clock.at += minute;

      const { notBefore } = await sessions.revokeEverybody();
      expect(notBefore).toBeGreaterThanOrEqual(clock.at);
      for (const { session, refreshToken, stamp } of [ada, grace, alan]) {
        expect(await sessions.get(session.id)).toBeNull();
        expect(await sessions.inspect(session.id)).toMatchObject({ endReason: 'revoked_all' });
        expect(await sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'ended', reason: 'revoked_all' });
        expect(await refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
        expect((await sessions.list(session.userId)).sessions).toEqual([]);
        await expect(sessions.touch(session.id)).rejects.toMatchObject({ code: 'session_ended' });
      }
      expect(await sessions.remember.redeem(remembered)).toBeNull();

      const again = await sessions.create({ userId: 'ada' });
      expect(await sessions.check(again.session.id, again.stamp)).toMatchObject({ ok: true });
      expect((await sessions.list('ada')).sessions.map(({ id }) => id)).toEqual([again.session.id]);
      clock.at += second;
      expect(await refresh(again.refreshToken)).toMatchObject({ outcome: 'rotated' });
    });

    test('is no count of the past: signing out everywhere later counts what lives', async () => {
      const { sessions, clock } = at();
      for (let i = 0; i < 70; i++) await sessions.create({ userId: 'ada' });
      clock.at += minute;
      await sessions.create({ userId: 'grace' });
      await sessions.revokeEverybody();
      expect(await sessions.revokeAll('grace')).toMatchObject({ count: 0 });
      await sessions.create({ userId: 'ada' });
      const kept = await sessions.create({ userId: 'ada' });
      expect(await sessions.revokeOthers('ada', kept.session.id)).toMatchObject({ count: 1 });
      expect(await sessions.revokeAll('ada')).toMatchObject({ count: 1 });
    });

    test('does not count the ended against a limit of sessions', async () => {
      const { sessions, clock } = at();
      for (let i = 0; i < 3; i++) await sessions.create({ userId: 'ada', maxPerUser: 3 });
      clock.at += minute;
      await sessions.revokeEverybody();
      for (let i = 0; i < 3; i++) await sessions.create({ userId: 'ada', maxPerUser: 3 });
      expect((await sessions.list('ada')).sessions).toHaveLength(3);
    });

    test('holds for those who signed in by a clock that has gone back since, and a second time', async () => {
      const { sessions, clock } = at();
      const first = await sessions.create({ userId: 'ada' });
      clock.at -= 30 * second;
      const once = await sessions.revokeEverybody();
      expect(await sessions.get(first.session.id)).toBeNull();
      const later = await sessions.create({ userId: 'ada' });
      const twice = await sessions.revokeEverybody();
      expect(twice.notBefore).toBeGreaterThan(once.notBefore);
      expect(await sessions.get(later.session.id)).toBeNull();
    });

    test('is told to every subscriber, and is in no log of a user', async () => {
      const { sessions, clock } = at();
      const { session } = await sessions.create({ userId: 'ada' });
      const told: Record<string, SessionEvent[]> = { all: [], user: [], session: [], other: [] };
      const stops = [
        sessions.subscribe((event) => told['all']!.push(event)),
        sessions.subscribe((event) => told['user']!.push(event), { userId: 'ada' }),
        sessions.subscribe((event) => told['session']!.push(event), { userId: 'ada', sessionId: session.id }),
        sessions.subscribe((event) => told['other']!.push(event), { userId: 'grace' }),
      ];
      clock.at += minute;
      const { notBefore } = await sessions.revokeEverybody();
      for (const events of Object.values(told))
        expect(events).toMatchObject([
          { type: 'everybody.sessions_revoked', userId: '', sessionId: null, at: clock.at, detail: { notBefore } },
        ]);
      for (const stop of stops) stop();
      const logged = await sessions.events({ userId: 'ada' });
      expect(logged.map(({ type }) => type)).toEqual(['session.created']);
    });

    test('outlasts the sessions: nothing that was ended comes back when it is swept', async () => {
      const { sessions, clock } = at();
      const made = [];
      for (const absoluteTimeout of [null, '30d'] as const)
        made.push(await sessions.create({ userId: 'ada', idleTimeout: null, absoluteTimeout }));
      await sessions.revokeEverybody();
      for (let days = 0; days < 32; days += 8) {
        clock.at += 8 * day;
        await sessions.sweep();
        for (const { session } of made) {
          expect(await sessions.get(session.id)).toBeNull();
          await expect(sessions.touch(session.id)).rejects.toMatchObject({ name: 'SessionError' });
        }
        expect((await sessions.list('ada')).sessions).toEqual([]);
      }
    });
  });
}
