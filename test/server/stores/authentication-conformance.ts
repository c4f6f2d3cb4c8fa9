import { describe, expect, test } from 'vitest';
import { createWorld, minute, next, type World } from '../engine/world.ts';

/** What every store must do when people prove who they are. Part of `testStore`. */
export function testAuthentication(at: () => World): void {
  describe('the last proof of who somebody is', () => {
    test('is the sign-in at first, and the latest one afterwards; uses in between leave it', async () => {
      const { sessions, clock } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada', acr: 'pwd' });
      expect(session).toMatchObject({ authenticatedAt: session.createdAt, acr: 'pwd' });
      clock.at += minute;
      await next(at(), refreshToken);
      await sessions.touch(session.id);
      expect(await sessions.get(session.id)).toMatchObject({ authenticatedAt: session.createdAt, acr: 'pwd' });

      const proven = await sessions.reauthenticated(session.id, { acr: 'urn:example:acr:mfa' });
      expect(proven).toMatchObject({ authenticatedAt: clock.at, acr: 'urn:example:acr:mfa', updatedAt: clock.at });
      expect(await sessions.get(session.id)).toEqual(proven);
      expect((await sessions.list('ada')).sessions).toEqual([proven]);

      clock.at += minute;
      await sessions.touch(session.id);
      await sessions.data.set(session.id, 'a', 1);
      await sessions.extend(session.id).catch(() => {});
      expect(await sessions.get(session.id)).toMatchObject({
        authenticatedAt: clock.at - minute,
        acr: 'urn:example:acr:mfa',
      });
    });

    test('says no more than it was told: how one signed in is not how one proved oneself later', async () => {
      const { sessions, clock } = at();
      const { session } = await sessions.create({ userId: 'ada', acr: 'mfa' });
      clock.at += minute;
      await sessions.reauthenticated(session.id);
      expect(await sessions.get(session.id)).toMatchObject({ authenticatedAt: clock.at, acr: null });
    });

    test('may have been before the session, and never after it', async () => {
      const { sessions, clock } = at();
      const before = await sessions.create({ userId: 'ada', authenticatedAt: clock.at - minute });
      const after = await sessions.create({ userId: 'ada', authenticatedAt: clock.at + minute });
      expect((await sessions.get(before.session.id))?.authenticatedAt).toBe(clock.at - minute);
      expect((await sessions.get(after.session.id))?.authenticatedAt).toBe(clock.at);
    });

    test('is told in a refresh that follows it', async () => {
      const { sessions, clock, refresh } = at();
      const { session, refreshToken } = await sessions.create({ userId: 'ada' });
      clock.at += minute;
      await sessions.reauthenticated(session.id, { acr: 'mfa' });
      expect(await refresh(refreshToken)).toMatchObject({
        outcome: 'rotated',
        session: { authenticatedAt: clock.at, acr: 'mfa' },
      });
    });

    test('is logged with how, and is no activity', async () => {
      const { sessions, clock } = at();
      const { session } = await sessions.create({ userId: 'ada' });
      clock.at += minute;
      const proven = await sessions.reauthenticated(session.id, { acr: 'mfa' });
      expect(proven).toMatchObject({ lastActivityAt: session.createdAt, endsAt: session.endsAt });
      await sessions.reauthenticated(session.id);
      const events = await sessions.events({ userId: 'ada' });
      expect(events.slice(1)).toMatchObject([
        { type: 'session.reauthenticated', sessionId: session.id, at: clock.at, detail: { acr: 'mfa' } },
        { type: 'session.reauthenticated', detail: { acr: null } },
      ]);
    });

    test('is refused to the dead and the unknown', async () => {
      const { sessions } = at();
      const { session } = await sessions.create({ userId: 'ada' });
      await sessions.revoke(session.id, 'revoked');
      await expect(sessions.reauthenticated(session.id)).rejects.toMatchObject({
        code: 'session_ended',
        reason: 'revoked',
      });
      await expect(sessions.reauthenticated('nobody')).rejects.toMatchObject({ code: 'session_not_found' });
    });

    test('of a session that a remember token began is that of the token', async () => {
      const world = createWorld(at().store);
      const { sessions, clock } = world;
      const token = await sessions.remember.issue('ada');
      const issuedAt = clock.at;
      clock.at += minute;
      const redeemed = await sessions.remember.redeem(token);
      expect(redeemed?.session.session).toMatchObject({ createdAt: clock.at, authenticatedAt: issuedAt });
    });
  });
}
