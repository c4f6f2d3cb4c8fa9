import { describe, expect, test } from 'vitest';
import type { SessionEvent } from '../../../src/server/engine/session-event.ts';
import { hour, minute, type World } from '../engine/world.ts';

/** What every store must say of why a session ended, however late somebody asks. Part of `testStore`. */
export function testReasons(at: () => World): void {
  describe.each([
    ['unseen', false],
    ['swept every hour', true],
  ])('the reason of an end, %s,', (_how, isSwept) => {
    async function pass(hours: number): Promise<void> {
      const { sessions, clock } = at();
      if (isSwept) await sessions.sweep();
      for (let i = 0; i < hours; i++) {
        clock.at += hour;
        if (isSwept) await sessions.sweep();
      }
    }

    async function expired(userId: string): Promise<SessionEvent[]> {
      const events = await at().sessions.events({ userId });
      return events.filter(({ type }) => type === 'session.expired');
    }

    test('stays "all signed out" when the limits of the session pass later (S49)', async () => {
      const { sessions, clock, refresh } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada', window: '2h' });
      clock.at += minute;
      await sessions.revokeAll('ada');
      expect(await sessions.inspect(session.id)).toMatchObject({ state: 'revoked', endReason: 'revoked_all' });
      await pass(13);
      expect(await sessions.inspect(session.id)).toMatchObject({ state: 'revoked', endReason: 'revoked_all' });
      expect(await refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'revoked_all' });
      expect(await expired('ada')).toEqual([]);
    });

    test.each([
      [{}, 'idle'],
      [{ window: '20m' }, 'expired'],
      [{ idleTimeout: '3h', window: '2h', absoluteTimeout: '1h' }, 'absolute_expired'],
      [{ idleTimeout: '1h', window: '1h', absoluteTimeout: '1h' }, 'absolute_expired'],
      [{ idleTimeout: '1h', window: '1h' }, 'idle'],
    ] as const)('is the first limit that passed, of %j %s, and so is the event (S49, S97)', async (limits, reason) => {
      const { sessions, refresh } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada', ...limits });
      await pass(13);
      expect(await sessions.inspect(session.id)).toMatchObject({ state: 'expired', endReason: reason });
      expect(await refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason });
      expect(await expired('ada')).toMatchObject([{ at: session.endsAt, detail: { reason } }]);
    });

    test('stays its limit when all are signed out after that (S49)', async () => {
      const { sessions, refresh } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada' });
      await pass(1);
      await sessions.revokeAll('ada');
      expect(await sessions.inspect(session.id)).toMatchObject({ state: 'expired', endReason: 'idle' });
      await pass(13);
      expect(await refresh(refreshToken)).toMatchObject({ outcome: 'ended', reason: 'idle' });
      expect(await expired('ada')).toHaveLength(1);
    });
  });
}
