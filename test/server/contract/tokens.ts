import { describe, expect, test } from 'vitest';
import { hour, type Subject } from './subject.ts';

const key = (name: string): string => name.padEnd(22, '-');

export function tokensContract(on: Subject): void {
  const refresh = (refreshToken: string, attemptKey: string | null, keyThumbprint: string | null = null) =>
    on.sessions.refresh({ refreshToken, attemptKey, keyThumbprint });

  describe('a refresh token', () => {
    test('is rotated, and gives the same again to the same attempt (S15, S54)', async () => {
      const { session, refreshToken } = await on.sessions.create({ userId: 'ada' });
      const rotated = await refresh(refreshToken, key('a'));
      expect(rotated).toMatchObject({ outcome: 'rotated', session: { id: session.id, generation: 1 } });
      if (!('refreshToken' in rotated)) throw new Error('no token');
      expect(rotated.session.lastRefreshedAt).toBe(on.clock.now());
      expect(await refresh(refreshToken, key('a'))).toMatchObject({
        outcome: 'replayed',
        refreshToken: rotated.refreshToken,
        stamp: rotated.stamp,
      });
      expect(await on.sessions.reissue(session.id)).toMatchObject({ refreshToken: rotated.refreshToken });
    });

    test('in two hands ends the session (S55)', async () => {
      const { session, refreshToken } = await on.sessions.create({ userId: 'ada' });
      await refresh(refreshToken, key('a'));
      const ended = { outcome: 'ended', reason: 'reuse_detected', sessionId: session.id };
      expect(await refresh(refreshToken, key('b'))).toEqual(ended);
    });

    test('that was never given is unknown', async () => {
      expect(await refresh('nonsense', null)).toEqual({ outcome: 'ended', reason: 'unknown', sessionId: null });
    });

    test('of a bound session needs its key', async () => {
      const { session, refreshToken } = await on.sessions.create({ userId: 'ada', keyThumbprint: 'her key' });
      const other = await refresh(refreshToken, key('a'), 'his key');
      expect(other).toEqual({ outcome: 'wrong_key', sessionId: session.id });
      expect(await refresh(refreshToken, key('a'), 'her key')).toMatchObject({ outcome: 'rotated' });
      await expect(on.sessions.revokeByToken(refreshToken, null)).rejects.toMatchObject({ code: 'invalid_dpop_proof' });
    });

    test('shows its session without being rotated, and the one before it does, too', async () => {
      const read = (token: string) => on.sessions.getByToken(token);
      const {
        session,
        refreshToken: first,
        revocationToken,
      } = await on.sessions.create({
        userId: 'ada',
        keyThumbprint: 'her key',
      });
      expect(await read(first)).toEqual(session);
      const rotated = await refresh(first, key('a'), 'her key');
      if (!('refreshToken' in rotated)) throw new Error('no token');
      const { session: current, refreshToken: second } = rotated;
      expect([await read(first), await read(second)]).toEqual([current, current]);
      expect(await refresh(second, key('b'), 'her key')).toMatchObject({
        outcome: 'rotated',
        session: { generation: 2 },
      });
      expect(await read(first)).toBeNull();
      expect(await read(second)).toMatchObject({ id: session.id, lastActivityAt: session.lastActivityAt });
      const forged = `${second.slice(0, -1)}${second.endsWith('A') ? 'Q' : 'A'}`;
      for (const other of [forged, revocationToken, 'nonsense', session.id]) expect(await read(other)).toBeNull();
      await on.sessions.revoke(session.id, 'revoked');
      expect(await read(second)).toBeNull();
    });

    test('of a dead session says why it ended', async () => {
      const { session, refreshToken } = await on.sessions.create({ userId: 'ada' });
      await on.sessions.revoke(session.id, 'signed_out_elsewhere');
      expect(await refresh(refreshToken, null)).toMatchObject({ outcome: 'ended', reason: 'signed_out_elsewhere' });
    });

    test('signs out, as the revocation token does', async () => {
      const { revocationToken } = await on.sessions.create({ userId: 'ada' });
      expect(await on.sessions.revokeByToken(revocationToken, null)).toBe(true);
      expect(await on.sessions.revokeByToken(revocationToken, null)).toBe(false);
      const { refreshToken } = await on.sessions.create({ userId: 'ada' });
      expect(await on.sessions.revokeByToken(refreshToken, null)).toBe(true);
      expect(await on.sessions.revokeByToken('nonsense', null)).toBe(false);
    });
  });

  describe('the stamp of an access token', () => {
    test('is good, out of date, or of a session that is over (S8)', async () => {
      const { session, stamp } = await on.sessions.create({ userId: 'ada' });
      expect(await on.sessions.check(session.id, stamp)).toEqual({ ok: true, session });
      await on.sessions.create({ userId: 'ada' });
      await on.sessions.revokeOthers('ada', session.id);
      expect(await on.sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'claims_stale' });
      await on.sessions.revoke(session.id, 'revoked');
      expect(await on.sessions.check(session.id, stamp)).toEqual({ ok: false, why: 'ended', reason: 'revoked' });
      expect(await on.sessions.check('nobody', stamp)).toEqual({ ok: false, why: 'ended', reason: 'unknown' });
    });
  });

  describe('a remember token', () => {
    test('signs in once, and gives the next one (S60, S61)', async () => {
      const token = await on.sessions.remember.issue('ada');
      const redeemed = await on.sessions.remember.redeem(token, {
        attemptKey: key('a'),
        session: { window: '1h', data: { by: 'token' }, device: { userAgent: 'Browser' } },
      });
      expect(redeemed).toMatchObject({
        session: {
          session: { userId: 'ada', data: { by: 'token' }, device: { label: null, userAgent: 'Browser' } },
          refreshToken: expect.any(String),
          stamp: expect.any(Number),
        },
      });
      expect(await on.sessions.isValid(redeemed!.session.session.id)).toBe(true);
      const again = await on.sessions.remember.redeem(token, { attemptKey: key('a') });
      expect(again?.rememberToken).toBe(redeemed!.rememberToken);
      expect(await on.sessions.remember.redeem(redeemed!.rememberToken)).not.toBeNull();
    });

    test('that is unknown, revoked or over signs nobody in', async () => {
      expect(await on.sessions.remember.redeem('nonsense')).toBeNull();
      const token = await on.sessions.remember.issue('ada', { life: '1h' });
      expect(await on.sessions.remember.revoke(token)).toBe(true);
      expect(await on.sessions.remember.revoke(token)).toBe(false);
      expect(await on.sessions.remember.redeem(token)).toBeNull();
      const late = await on.sessions.remember.issue('ada', { life: '1h' });
      on.clock.advance(hour);
      expect(await on.sessions.remember.redeem(late)).toBeNull();
    });

    test('is for a user, and for a length of time that can be used', async () => {
      await expect(on.sessions.remember.issue('')).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(on.sessions.remember.issue('ada', { life: -1 })).rejects.toMatchObject({ code: 'invalid_duration' });
    });
  });
}
